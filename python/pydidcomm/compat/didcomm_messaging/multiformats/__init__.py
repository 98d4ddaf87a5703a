"""Multibase and multicodec, as the services of this package write keys."""
