"""How images, Git revisions, packages and addresses are named, and how far each name is pinned."""
