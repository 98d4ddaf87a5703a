"""Import the Askar library, whose absence is an ImportError that names the extra."""

import logging

from pydidcomm.secrets._extras import missing_error

_EXTRA = "askar"

# read once, when the library is loaded: its warnings of slow connections are not for the program's stderr
_logger = logging.getLogger("aries_askar")
if _logger.level == logging.NOTSET:
    _logger.setLevel(logging.CRITICAL)

try:
    import aries_askar as aries_askar  # noqa: PLC0414, imported for its absence
except ImportError as error:
    raise missing_error(_EXTRA, error) from error
