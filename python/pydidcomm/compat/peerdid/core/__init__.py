"""What applications import of the internals of the original, and no more."""
