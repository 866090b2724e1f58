"""Texts and where in them something stands."""
