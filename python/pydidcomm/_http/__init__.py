"""HTTP behind a guard against server-side request forgery, for resolvers and transports."""
