"""The first day with imd: what it sees of a repository, and what it writes to begin with."""
