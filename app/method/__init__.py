"""方法: what the system of the method does beside its ledgers: one branch, one remedy."""
