"""Changes of texts: planned, shown as a diff, written."""
