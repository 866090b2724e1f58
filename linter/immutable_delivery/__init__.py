"""Immutable delivery: find what lets a delivered system change without a new deploy."""

__version__ = "0.1.0"
