"""DIDComm v1 as functions over octets, as it was before there were services for it."""
