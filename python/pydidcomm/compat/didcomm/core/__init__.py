"""The internals of the original that applications and tests import."""
