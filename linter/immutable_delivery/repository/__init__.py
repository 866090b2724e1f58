"""The files of a repository: found, classified, read from the working tree, the index or a commit."""
