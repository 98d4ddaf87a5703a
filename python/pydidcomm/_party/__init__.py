"""The methods of `DIDCommMessaging`, by what they do."""
