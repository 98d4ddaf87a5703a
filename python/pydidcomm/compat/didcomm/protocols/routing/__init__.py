"""Routing 2.0."""
