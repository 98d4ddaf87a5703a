"""Secrets and their resolvers."""
