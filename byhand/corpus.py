"""Texts to learn from: Korean sentences with their English, docstrings of the standard library."""

__all__ = []
