"""`imd` beside its peers and beside what no program of its kind can do without, measured in one run."""
