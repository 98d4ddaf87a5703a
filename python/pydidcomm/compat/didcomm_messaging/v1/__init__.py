"""DIDComm v1 with the services of v2; it calls `pydidcomm.v1`."""
