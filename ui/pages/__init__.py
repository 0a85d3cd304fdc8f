"""Pages that a ledger page cannot say: settings, the exchange of packages."""
