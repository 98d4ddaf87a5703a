"""Talks with agents, wallets and mediators of other projects, each a process of its own on loopback."""
