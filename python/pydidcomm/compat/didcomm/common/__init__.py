"""Algorithms, types and the configuration that all functions take."""
