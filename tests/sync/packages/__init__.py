"""Packages of every released schema, a folder each. All that is in them is fictional; their keys open nothing else."""
