"""一村一格: every village with what the ledgers of all systems say of it."""
