"""All ledgers by id, in the order of the navigation."""

from collections.abc import Mapping

from app.ledgers import (
    cadres,
    common,
    discipline,
    guarantee,
    method,
    organisation,
    party_life,
    recruitment,
    responsibility,
    team,
    transfers,
    village_team,
)
from app.ledgers.ledger import Ledger

LEDGERS: Mapping[str, Ledger] = {
    ledger.id: ledger
    for ledger in (
        *organisation.LEDGERS,
        *team.LEDGERS,
        *discipline.LEDGERS,
        *recruitment.LEDGERS,
        *transfers.LEDGERS,
        *party_life.LEDGERS,
        *team.POST_LEDGERS,
        *cadres.LEDGERS,
        *village_team.LEDGERS,
        *method.DISPATCH_LEDGERS,
        *guarantee.LEDGERS,
        *method.LEDGERS,
        *responsibility.LEDGERS,
        *common.LEDGERS,
    )
}


def linking_to(ledger: Ledger) -> list[tuple[Ledger, str]]:
    """The (ledger, link) pairs that point to records of a ledger."""
    return [
        (other, name) for other in LEDGERS.values() for name, spec in other.fields.items() if spec.target == ledger.id
    ]
