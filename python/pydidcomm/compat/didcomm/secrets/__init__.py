"""Secrets, and what finds them."""
