"""The methods of `DIDCommMessaging`, by topic."""
