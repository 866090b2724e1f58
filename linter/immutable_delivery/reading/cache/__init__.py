"""What earlier runs read, so that a run reads only what has changed: facts by content, never a verdict.

What is remembered of a group of files is its facts and everything that reading it asked of the repository. It holds as long
as every one of those questions has the same answer.
"""
