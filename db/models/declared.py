"""Names every module of records, so that importing this one declares them all. A new module is added here."""

from db.models import common, guarantee, organisation, party_life, responsibility, team

declared = (organisation, team, party_life, guarantee, responsibility, common)
