"""DID documents and their resolvers."""
