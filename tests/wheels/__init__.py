"""Wheels for the platforms that pip knows: built on one machine, checked, and run where it can run them."""
