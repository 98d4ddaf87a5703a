"""The internals of the original that applications import."""
