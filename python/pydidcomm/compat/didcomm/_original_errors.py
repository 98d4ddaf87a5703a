"""Map the exceptions of pydidcomm to those of `didcomm`."""

import pydidcomm
from pydidcomm.compat.didcomm import errors
from pydidcomm.compat.didcomm.errors import MalformedMessageCode

__all__ = ["original_error"]


def original_error(error: Exception, *, packing: bool) -> Exception:
    """Return the exception of the original for an exception of pydidcomm, or the same exception."""
    if not packing and isinstance(error, pydidcomm.SecretNotFoundError):
        # the original raises this for a missing secret when unpacking
        return errors.DIDUrlNotFoundError(str(error))
    other = _not_found_error(error)
    if other is not None or isinstance(error, errors.DIDCommError):
        return other or error
    if packing and isinstance(error, (pydidcomm.DIDCommError, ValueError, TypeError)):
        return errors.DIDCommValueError(str(error))
    if isinstance(error, pydidcomm.DIDCommError):
        return errors.MalformedMessageError(_code(error), str(error))
    return error


def _not_found_error(error: Exception) -> Exception | None:
    match error:
        case pydidcomm.DidNotFoundError():
            return errors.DIDDocNotResolvedError(error.did)
        case pydidcomm.KeyNotFoundError():
            return errors.DIDUrlNotFoundError(str(error))
        case pydidcomm.SecretNotFoundError():
            return errors.SecretNotFoundError(str(error))
        case pydidcomm.IncompatibleKeysError():
            return errors.IncompatibleCryptoError()
        case pydidcomm.MalformedDocumentError() | pydidcomm.EndpointNotFoundError():
            return errors.InvalidDIDDocError(str(error))
        case _:
            return None


def _code(error: pydidcomm.DIDCommError) -> MalformedMessageCode:
    match error:
        case pydidcomm.DecryptionError():
            return MalformedMessageCode.CAN_NOT_DECRYPT
        case pydidcomm.InvalidSignatureError():
            return MalformedMessageCode.INVALID_SIGNATURE
        case pydidcomm.MalformedMessageError(part="message.from_prior"):
            return MalformedMessageCode.INVALID_MESSAGE
        case pydidcomm.MalformedMessageError() if error.part.startswith("message."):
            return MalformedMessageCode.INVALID_PLAINTEXT
        case _:
            return MalformedMessageCode.INVALID_MESSAGE
