"""Algorithms, types and the configuration common to all functions."""
