"""The window around the pages: theme, shared parts, navigation, lock."""
