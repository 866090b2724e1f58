"""The functions of templates, by theme."""
