"""The one page that serves every ledger."""
