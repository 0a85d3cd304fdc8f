"""责任: what the system of responsibility does beside its ledgers: the month, the inspections, the year's scores."""
