"""The interface of crypto services for DIDComm v1, and services over pydidcomm's core."""
