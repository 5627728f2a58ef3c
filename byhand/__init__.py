"""GENERATED from notebooks/ by make sync: what the chapters build."""

__all__ = []
