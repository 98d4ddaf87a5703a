"""Import the keyring library, whose absence is an ImportError that names the extra."""

from pydidcomm.secrets._extras import missing_error

_EXTRA = "keyring"

try:
    import keyring as keyring  # noqa: PLC0414, imported for its absence
except ImportError as error:
    raise missing_error(_EXTRA, error) from error
