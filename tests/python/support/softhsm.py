"""A SoftHSM 2 token in a folder of its own, and keys that never leave it; reached through PKCS#11."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pkcs11
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from pkcs11 import KDF, Attribute, KeyType, Mechanism, MechanismFlag
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

from pydidcomm import PublicKey, SignAlg

if TYPE_CHECKING:
    from collections.abc import Generator

    from pkcs11 import Session

LABEL, PIN, SO_PIN = "pydidcomm", "2001", "1789"
MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
CONFIGURATION = """\
directories.tokendir = {folder}
objectstore.backend = file
log.level = ERROR
"""
SECRET_BITS = 256


@cache
def module() -> str | None:
    """Where SoftHSM's module is; None where it is not installed."""
    given = os.environ.get("SOFTHSM2_MODULE")
    found = [path for path in ((given,) if given else MODULES) if Path(path).is_file()]
    return found[0] if found and shutil.which("softhsm2-util") else None


def initialize(folder: Path) -> str:
    """Make a token, to which SOFTHSM2_CONF has to lead, and return the path of the module."""
    path = module()
    assert path is not None
    configuration = Path(os.environ["SOFTHSM2_CONF"])
    configuration.write_text(CONFIGURATION.format(folder=folder), encoding="utf-8")
    names = ("--module", path, "--label", LABEL, "--so-pin", SO_PIN, "--pin", PIN)
    command = ("softhsm2-util", "--init-token", "--free", *names)
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603, our own words
    return path


@contextmanager
def session_in(folder: Path) -> Generator[Session]:
    """A session with a new token, to which SOFTHSM2_CONF has to lead for as long as it lasts."""
    path = initialize(folder)
    with pkcs11.lib(path).get_token(token_label=LABEL).open(rw=True, user_pin=PIN) as session:
        yield session
    pkcs11.unload(path)


class KeyInToken:
    """A P-256 key that was made in the token and stays there, with methods that are called."""

    def __init__(self, session: Session, use: MechanismFlag) -> None:
        curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
        public, private = session.create_domain_parameters(KeyType.EC, curve, local=True).generate_keypair(
            capabilities=use,
            private_template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False},
        )
        key = load_der_public_key(encode_ec_public_key(public))
        point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public_key = PublicKey.from_octets("P-256", point)
        # its methods depend on what the token lets it do, so that its type has none of them
        self.private: Any = private
        self.operations: list[str] = []

    def agree(self, public_key: PublicKey, /) -> bytes:
        self.operations.append("agree")
        # the shared secret of one message leaves the token: it is what the key wraps with
        secret = self.private.derive_key(
            KeyType.GENERIC_SECRET,
            SECRET_BITS,
            mechanism=Mechanism.ECDH1_DERIVE,
            mechanism_param=(KDF.NULL, None, public_key.octets()),
            template={Attribute.SENSITIVE: False, Attribute.EXTRACTABLE: True},
        )
        octets: bytes = secret[Attribute.VALUE]
        secret.destroy()
        return octets

    def sign(self, algorithm: SignAlg, data: bytes, /) -> bytes:
        assert algorithm is SignAlg.ES256
        self.operations.append("sign")
        signature: bytes = self.private.sign(sha256(data).digest(), mechanism=Mechanism.ECDSA)
        return signature


class AwaitedKey:
    """The same key with methods that are awaited."""

    def __init__(self, key: KeyInToken) -> None:
        self.key = key

    async def agree(self, public_key: PublicKey, /) -> bytes:
        return self.key.agree(public_key)

    async def sign(self, algorithm: SignAlg, data: bytes, /) -> bytes:
        return self.key.sign(algorithm, data)
