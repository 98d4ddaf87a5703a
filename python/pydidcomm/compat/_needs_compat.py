"""Import the common dependencies of the originals; a missing one raises an ImportError with the extra."""

try:
    import base58 as base58  # noqa: PLC0414, imported for its absence
    import pydid as pydid  # noqa: PLC0414
except ModuleNotFoundError as _error:
    _problem = f"{_error.name} is not installed: pip install 'pydidcomm[compat]'"
    raise ModuleNotFoundError(_problem, name=_error.name) from None

__all__ = ["pydid"]
