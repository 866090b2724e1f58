"""Reviews of pull requests, planned: a report, a diff and earlier comments in, what to write, edit and resolve out.

Nothing here reaches a network; `forges` says it to the forge.
"""
