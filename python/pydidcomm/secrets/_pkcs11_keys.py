"""Handles of the keys in a token, and curves in PKCS#11."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any, NamedTuple

from pkcs11 import KDF, Attribute, KeyType, Mechanism, MechanismFlag

from pydidcomm._core import PublicKey
from pydidcomm.algorithms import SignAlg
from pydidcomm.errors import UnsupportedError
from pydidcomm.resolvers import KeyUse

__all__ = ["TokenKey", "curve_for", "generate", "handles"]


class _Curve(NamedTuple):
    """A curve: its EC_PARAMS in PKCS#11, the length of its shared secret in bits, and its uses."""

    parameters: bytes
    bits: int
    agrees: bool
    signs: bool


_CURVES = {
    "P-256": _Curve(bytes.fromhex("06082a8648ce3d030107"), 256, agrees=True, signs=True),
    "P-384": _Curve(bytes.fromhex("06052b81040022"), 384, agrees=True, signs=False),
    "P-521": _Curve(bytes.fromhex("06052b81040023"), 528, agrees=True, signs=False),
    "secp256k1": _Curve(bytes.fromhex("06052b8104000a"), 256, agrees=True, signs=True),
    # the printable string edwards25519, as in PKCS#11 v3
    "Ed25519": _Curve(bytes.fromhex("130c656477617264733235353139"), 256, agrees=False, signs=True),
}
_OBJECT_ID = bytes.fromhex("06032b6570")
"""Ed25519 as an object identifier, which other tools write."""

_ED25519_BYTES = 32
_LONG_LENGTH = 0x80
"""In the long form of a DER length, the first byte is this number plus the count of length bytes."""


def curve_for(curve: str, use: KeyUse) -> _Curve:
    """The parameters of a curve; raises if a token cannot use it that way."""
    found = _CURVES.get(curve)
    if curve == "X25519" or (curve == "Ed25519" and use != "authentication"):
        what = (
            "key agreement in a token of PKCS#11 (python-pkcs11 has no ECDH on Curve25519): create DIDs with "
            '`create_peer_did(agreement_curves=["P-256"])` or `create_key_did(curve="P-256")`; the curve'
        )
        raise UnsupportedError(what, curve)
    if found is None:
        what = f"curve of keys in a token of PKCS#11 (supported: {', '.join(_CURVES)})"
        raise UnsupportedError(what, curve)
    return found


def generate(session: Any, curve: str, use: KeyUse, label: str) -> tuple[PublicKey, Any, Any]:  # noqa: ANN401
    """Generate a key pair in the token: sensitive, and never extractable."""
    one = curve_for(curve, use)
    kind = KeyType.EC_EDWARDS if curve == "Ed25519" else KeyType.EC
    flags = {"agreement": MechanismFlag.DERIVE, "authentication": MechanismFlag.SIGN}
    both = MechanismFlag.DERIVE | (MechanismFlag.SIGN if one.signs else MechanismFlag(0))
    parameters = session.create_domain_parameters(kind, {Attribute.EC_PARAMS: one.parameters}, local=True)
    public, private = parameters.generate_keypair(
        store=True,
        label=label,
        capabilities=flags.get(use, both),
        private_template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False},
    )
    return PublicKey.from_octets(curve, _point(public)), public, private


def _point(public: Any) -> bytes:  # noqa: ANN401
    """The point of a public key, without the DER OCTET STRING around it, whose header is longer for P-521."""
    value: bytes = public[Attribute.EC_POINT]
    if len(value) == _ED25519_BYTES:
        return value
    length = value[1]
    return value[2:] if length < _LONG_LENGTH else value[2 + length - _LONG_LENGTH :]


def _curve_of(private: Any) -> str | None:  # noqa: ANN401
    """The curve of a key in the token; None for a curve that DIDComm does not use."""
    parameters: bytes = private[Attribute.EC_PARAMS]
    if parameters == _OBJECT_ID:
        return "Ed25519"
    return next((name for name, curve in _CURVES.items() if curve.parameters == parameters), None)


def _derive_operation(curve: str, public_key: PublicKey) -> Callable[[Any], bytes]:
    """The operation for key agreement with a public key."""

    def agree(private: Any) -> bytes:  # noqa: ANN401
        # the shared secret of one message must leave the token: the key for wrapping is derived from it
        secret = private.derive_key(
            KeyType.GENERIC_SECRET,
            _CURVES[curve].bits,
            mechanism=Mechanism.ECDH1_DERIVE,
            mechanism_param=(KDF.NULL, None, public_key.octets()),
            template={Attribute.SENSITIVE: False, Attribute.EXTRACTABLE: True},
        )
        octets: bytes = secret[Attribute.VALUE]
        secret.destroy()
        return octets

    return agree


def _sign_operation(algorithm: SignAlg, data: bytes) -> Callable[[Any], bytes]:
    """The operation to sign data."""

    def sign(private: Any) -> bytes:  # noqa: ANN401
        if algorithm is SignAlg.ED25519:
            signature: bytes = private.sign(data, mechanism=Mechanism.EDDSA)
        else:
            # the token signs a digest; both ECDSA algorithms use SHA-256
            signature = private.sign(sha256(data).digest(), mechanism=Mechanism.ECDSA)
        return signature

    return sign


class TokenKey:
    """A handle of a key in a token; the key is looked up again if the session was lost."""

    def __init__(self, curve: str, run: Callable[[Callable[[Any], bytes]], Any]) -> None:
        self._curve = curve
        self._run = run

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._curve})"

    def __reduce__(self) -> str:
        """Raise TypeError: a handle cannot be used in another process, or copied."""
        message = f"a {type(self).__name__} must not be pickled or copied: open the token in each process"
        raise TypeError(message)


class _Agreeing(TokenKey):
    """A handle of a key for key agreement."""

    def agree(self, public_key: PublicKey, /) -> Any:  # noqa: ANN401, bytes or an awaitable of them
        """Return the raw ECDH shared secret with the public key."""
        return self._run(_derive_operation(self._curve, public_key))


class _Signing(TokenKey):
    """A handle of a key for signatures."""

    def sign(self, algorithm: SignAlg, data: bytes, /) -> Any:  # noqa: ANN401, bytes or an awaitable of them
        """Return the signature of the data, 64 bytes."""
        return self._run(_sign_operation(algorithm, data))


class _AgreeingAndSigning(_Agreeing, _Signing):
    """A handle of a key for both uses, as in a DID with a single key."""


class _Handles(NamedTuple):
    """The two handles of a key: with plain methods, and with coroutine methods."""

    plain: TokenKey
    awaited: TokenKey


def handles(
    private: Any,  # noqa: ANN401
    run: Callable[[Callable[[Any], bytes]], Any],
    run_awaited: Callable[[Callable[[Any], bytes]], Any],
) -> _Handles | None:
    """The handles of a key; None if DIDComm does not use its curve, or the token allows neither use."""
    curve = _curve_of(private)
    if curve is None:
        return None
    # a key object of python-pkcs11 has only the methods that the token allows
    agrees = _CURVES[curve].agrees and hasattr(private, "derive_key")
    signs = _CURVES[curve].signs and hasattr(private, "sign")
    kinds = {(True, True): _AgreeingAndSigning, (True, False): _Agreeing, (False, True): _Signing}
    kind = kinds.get((agrees, signs))
    return None if kind is None else _Handles(kind(curve, run), kind(curve, run_awaited))
