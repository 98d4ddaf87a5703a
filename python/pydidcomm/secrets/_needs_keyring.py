"""Import the keyring library; if it is absent, raise an ImportError that names the extra."""

from pydidcomm.secrets._extras import missing_error

_EXTRA = "keyring"

try:
    import keyring as keyring  # noqa: PLC0414, imported to check that it is installed
except ImportError as error:
    raise missing_error(_EXTRA, error) from error
