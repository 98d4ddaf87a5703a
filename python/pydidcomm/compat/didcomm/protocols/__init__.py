"""Protocols that the library implements."""
