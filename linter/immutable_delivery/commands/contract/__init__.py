"""`imd contract`: delivery meta files begun from what is known, and checked against it."""
