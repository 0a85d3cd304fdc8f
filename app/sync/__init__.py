"""The hand-off: sealed packages between two offices that share no network, and the merge of what both edited."""
