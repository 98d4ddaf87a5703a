"""Protocols that the library itself speaks."""
