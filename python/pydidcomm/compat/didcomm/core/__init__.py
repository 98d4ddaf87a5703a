"""What applications and tests import of the internals of the original, and no more."""
