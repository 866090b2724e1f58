"""Languages parsed with places; nothing here judges."""
