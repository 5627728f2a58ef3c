"""Files that hold a whole model, or what they held before."""

__all__ = []
