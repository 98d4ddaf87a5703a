"""Import the Askar library; if it is absent, raise an ImportError that names the extra."""

import logging

from pydidcomm.secrets._extras import missing_error

__all__ = ["aries_askar"]


_EXTRA = "askar"

# the library reads the level once, when it is loaded; its warnings about slow connections would go to stderr
_logger = logging.getLogger("aries_askar")
if _logger.level == logging.NOTSET:
    _logger.setLevel(logging.CRITICAL)

try:
    import aries_askar as aries_askar  # noqa: PLC0414, imported to check that it is installed
except ImportError as error:
    raise missing_error(_EXTRA, error) from error
