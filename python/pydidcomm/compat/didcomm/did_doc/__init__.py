"""DID documents, and what resolves them."""
