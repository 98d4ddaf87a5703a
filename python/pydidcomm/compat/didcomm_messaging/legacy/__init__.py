"""DIDComm v1 as functions over bytes, the older API."""
