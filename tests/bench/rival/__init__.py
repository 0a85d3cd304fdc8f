"""A Django application with one model, for Morango: the members as Kolibri would keep them."""
