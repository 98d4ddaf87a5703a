"""A program with two P-256 keys that agrees and signs on requests from its standard input."""

import json
import sys

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()


def main() -> None:
    """Tells its public keys, then answers one JSON line with another."""
    keys = {name: ec.generate_private_key(CURVE) for name in ("agree", "sign")}
    points = {
        name: key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint).hex()
        for name, key in keys.items()
    }
    sys.stdout.write(json.dumps(points) + "\n")
    sys.stdout.flush()
    for line in sys.stdin:
        request = json.loads(line)
        octets = bytes.fromhex(request["octets"])
        if request["do"] == "agree":
            other = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, octets)
            answer = keys["agree"].exchange(ec.ECDH(), other)
        else:
            r, s = utils.decode_dss_signature(keys["sign"].sign(octets, ec.ECDSA(SHA256())))
            answer = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        sys.stdout.write(answer.hex() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
