"""What a ledger page cannot say."""
