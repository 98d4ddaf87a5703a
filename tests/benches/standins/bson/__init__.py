"""Ids of the stand-in for MongoDB."""
