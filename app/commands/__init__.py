"""The command line by subject; `app.cli` puts the subjects together."""
