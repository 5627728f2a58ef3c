"""The self-checks of the exercises: one engine, and one module for each chapter."""
