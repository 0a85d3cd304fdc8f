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


def shown_by(ledger: Ledger) -> frozenset[str]:
    """The ledgers of which something stands in this one's table: itself, the offices whose records it holds, those its
    links name and by which these are called, and those that its derived values read."""
    named = {name for spec in ledger.fields.values() if spec.target for name in _naming(LEDGERS[spec.target])}
    return frozenset({ledger.id, "office", *named, *(name for one in ledger.derived for name in one.reads.split())})


def _naming(ledger: Ledger) -> set[str]:
    """The ledgers that say how a record of this one is called: a slip's title is its cadre's name."""
    targets = [spec.target for name in ledger.label_parts.values() if (spec := ledger.fields.get(name)) and spec.target]
    return {ledger.id, *(name for target in targets for name in _naming(LEDGERS[target]))}
