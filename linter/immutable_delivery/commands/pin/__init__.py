"""Pins: digests written where references are decided, taken away again, moved on, and compared with registries."""
