"""The catalogue: what each ledger is called, how its records are listed, grouped and checked."""
