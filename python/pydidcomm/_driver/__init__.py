"""Run operations of the core, and answer their questions; private."""
