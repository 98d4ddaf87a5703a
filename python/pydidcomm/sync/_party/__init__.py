"""The parts of `pydidcomm.sync.DIDCommMessaging`, one subject a module."""
