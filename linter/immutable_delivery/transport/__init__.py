"""HTTP for the two rooms that reach a network, `registry` and `forges`: deadlines, redirects, budgets, no credential to another host."""
