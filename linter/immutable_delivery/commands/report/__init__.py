"""The report of a repository for who looks once a month: services, environments, what drifts, whose it is, and whether it gets better."""
