"""What an office does: ledgers, rules, Excel, the hand-off, the command line. No Qt, no dialect of SQL."""
