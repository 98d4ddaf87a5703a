"""Mutation testing of parts of the Python package: `make mutants-python`."""
