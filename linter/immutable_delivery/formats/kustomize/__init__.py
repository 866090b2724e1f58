"""Kustomize in pure Python: kustomizations built as `kubectl kustomize` builds them, every value with its place."""
