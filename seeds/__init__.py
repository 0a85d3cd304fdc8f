"""The reference data that every office starts from."""
