"""The modules of `pydidcomm._driver` without an event loop."""
