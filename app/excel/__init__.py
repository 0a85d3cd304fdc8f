"""Workbooks: rosters that an office keeps in Excel or WPS come in, ledgers and empty forms go out."""
