"""What a service of DIDComm v1 computes with: the interface, and services over pydidcomm's core."""
