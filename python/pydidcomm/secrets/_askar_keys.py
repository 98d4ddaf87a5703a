"""Handles of Askar keys: they agree and sign inside of the library, where the private bytes stay."""

from typing import Any, Literal

from aries_askar import Key, KeyAlg

from pydidcomm._core import PublicKey, Secret
from pydidcomm.algorithms import SignAlg
from pydidcomm.errors import UnsupportedError
from pydidcomm.resolvers import KeyUse, NewKey

__all__ = ["AskarKey", "LoadedCurve", "generate_key", "handle", "import_key"]


LoadedCurve = Literal["P-384"]
"""A curve whose keys can be loaded into this process; see `AskarSecrets`."""

_ALGORITHMS = {
    "X25519": KeyAlg.X25519,
    "Ed25519": KeyAlg.ED25519,
    "P-256": KeyAlg.P256,
    "P-384": KeyAlg.P384,
    "secp256k1": KeyAlg.K256,
}
_CURVES = {algorithm: curve for curve, algorithm in _ALGORITHMS.items()}
_AGREE = ("X25519", "P-256", "secp256k1")
_SIGN = ("Ed25519", "P-256", "secp256k1")
_NO_P384 = (
    "key agreement in an Askar store, which returns no shared secret of 48 bytes (use X25519 or P-256, or "
    'open the store with `load=("P-384",)`, which loads private keys on it into this process)'
)


class AskarKey:
    """A handle of a key in an Askar store; it stays usable after the store is closed."""

    def __init__(self, curve: str, key: Key) -> None:
        self._curve = curve
        self._key = key

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._curve})"

    @property
    def curve(self) -> str:
        """The curve, for instance "X25519"."""
        return self._curve

    def expose_jwk(self) -> dict[str, Any]:
        """The private key as a JWK, for a backup; this loads its bytes into this process."""
        return _jwk(self._key)

    def __reduce__(self) -> str:
        """Raise TypeError: a handle cannot be used in another process, or copied."""
        message = f"a {type(self).__name__} must not be pickled or copied: open the store in each process"
        raise TypeError(message)


class _Agreeing(AskarKey):
    """A handle of a key for key agreement."""

    def agree(self, public_key: PublicKey, /) -> bytes:
        """Return the raw ECDH shared secret with the public key, 32 bytes."""
        peer = Key.from_public_bytes(_ALGORITHMS[self._curve], public_key.octets())
        # any symmetric algorithm with 32 bytes: the key's bytes are the shared secret, without a KDF
        return self._key.key_exchange(KeyAlg.C20P, peer).get_secret_bytes()


class _Signing(AskarKey):
    """A handle of a key for signatures."""

    def sign(self, algorithm: SignAlg, data: bytes, /) -> bytes:  # noqa: ARG002, the curve has one algorithm
        """Return the signature of the data, 64 bytes."""
        return self._key.sign_message(data)


class _AgreeingAndSigning(_Agreeing, _Signing):
    """A handle of a key for both uses, as in a DID with a single key."""


def handle(kid: str, key: Key) -> AskarKey | Secret | None:
    """The handle of a key, for P-384 a `Secret`; None for a curve that DIDComm does not use."""
    curve = _CURVES.get(key.algorithm)
    if curve is None:
        return None
    if curve == "P-384":
        return Secret(_jwk(key), kid=kid)
    kinds = {(True, True): _AgreeingAndSigning, (True, False): _Agreeing, (False, True): _Signing}
    return kinds[curve in _AGREE, curve in _SIGN](curve, key)


def _jwk(key: Key) -> dict[str, Any]:
    import json  # noqa: PLC0415, for keys that are loaded or exposed

    jwk: dict[str, Any] = json.loads(key.get_jwk_secret())
    return jwk


def public_key(key: Key) -> PublicKey:
    """The public key of an Askar key."""
    return PublicKey.from_octets(_CURVES[key.algorithm], key.get_public_bytes())


def import_key(secret: Secret, load: tuple[str, ...]) -> Key:
    """Convert a private key to an Askar key."""
    _check(secret.curve, load)
    askar: Any = Key
    key: Key = askar.from_jwk(secret.expose_jwk())
    return key


def generate_key(curve: str, use: KeyUse, load: tuple[str, ...]) -> NewKey:
    """Generate a key; for Ed25519 and both uses, also with the X25519 key that it implies."""
    _check(curve, load)
    key = Key.generate(_ALGORITHMS[curve])
    agreement = None
    if curve == "Ed25519" and use == "both":
        converted = key.convert_key(KeyAlg.X25519)
        agreement = NewKey(public_key(converted), converted)
    return NewKey(public_key(key), key, agreement)


def _check(curve: str, load: tuple[str, ...]) -> None:
    if curve not in _ALGORITHMS:
        what = "curve of keys in an Askar store (supported: X25519, P-256, Ed25519, secp256k1)"
        raise UnsupportedError(what, curve)
    if curve == "P-384" and curve not in load:
        raise UnsupportedError(_NO_P384, curve)
