"""The self-checks of the exercises: one engine, and one module for each chapter."""

from .engine import speak

__all__ = ["speak"]
