"""Mutation testing by requirement: each MUST of the ledger is broken once, and a test that names it fails."""
