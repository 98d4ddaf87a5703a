"""DIDComm v1, in the shape of the services for v2; hands on to `pydidcomm.v1`."""
