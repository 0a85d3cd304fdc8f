"""Names every module of records, so that importing this one declares them all. A new module is added here."""

from db.models import (
    common,
    guarantee,
    method,
    organisation,
    party_life,
    recruitment,
    responsibility,
    team,
    village_team,
)

declared = (organisation, team, recruitment, village_team, party_life, guarantee, method, responsibility, common)
