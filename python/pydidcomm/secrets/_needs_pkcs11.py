"""Import the PKCS#11 library, whose absence is an ImportError that names the extra."""

from pydidcomm.secrets._extras import missing_error

_EXTRA = "hsm"

try:
    import pkcs11 as pkcs11  # noqa: PLC0414, imported for its absence
except ImportError as error:
    raise missing_error(_EXTRA, error) from error
