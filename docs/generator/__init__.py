"""The pages of the documentation, from the documents of the repository."""
