"""保障: what the system of the guarantee does beside its ledgers: the cadres' pay and the villages' venues."""
