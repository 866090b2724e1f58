"""Jobs of pipelines: what any format of continuous integration says of one, and the one way from there to facts.

``spec`` is what a format fills, ``lower`` turns it into facts, ``scripts`` reads what its commands do, ``matrix`` the values
that a job is run with.
"""
