"""The records that every office keeps, one module per system."""
