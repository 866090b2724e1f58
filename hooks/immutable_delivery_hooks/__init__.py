"""Callers of the linter that git and CI start."""
