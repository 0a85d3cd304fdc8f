"""队伍: what the system of the team does beside its ledgers: coming and leaving, admission, the statistics."""
