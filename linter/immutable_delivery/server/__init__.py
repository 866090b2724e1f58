"""The language server: a repository judged while it is being typed.

The reference is the Language Server Protocol (https://microsoft.github.io/language-server-protocol/); pygls speaks it.
"""
