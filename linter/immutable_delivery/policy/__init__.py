"""Policies: loaded, compiled, selected, judged; what a finding is recognised by."""
