"""A generic JOSE library of PyPI behind a pipe: one JSON request a line in, one JSON answer a line out.

Runs in a virtual environment of its own (requirements.txt in this folder), and imports nothing of pydidcomm.
The argument names the library: `jwcrypto` or `joserfc`. What such a library does not have is written here, as
in a program over it: which key, which headers, and which layer is inside of which. The argument `did-peer`
stands for the packages `did-peer-2` and `did-peer-4`, which make and resolve DIDs and have no envelopes.
"""

# what goes in and out is JSON, and the peer's packages come without types
# ruff: noqa: ANN001, ANN201, ANN204

import base64
import hashlib
import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import did_peer_2
import did_peer_4
from did_peer_4.input_doc import KeySpec, input_doc_from_keys_and_services
from joserfc import jwe, jws
from joserfc import jwk as joserfc_jwk
from joserfc.drafts.jwe_chacha20 import register_chacha20_poly1305
from joserfc.drafts.jwe_ecdh_1pu import register_ecdh_1pu
from jwcrypto import jwe as jwcrypto_jwe
from jwcrypto import jwk as jwcrypto_jwk
from jwcrypto import jws as jwcrypto_jws

LIBRARY = sys.argv[1]
ENCRYPTED, SIGNED = "application/didcomm-encrypted+json", "application/didcomm-signed+json"


def b64(value):
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def public(method):
    return {**method["publicKeyJwk"], "kid": method["id"]}


def keys(request, did, relationship):
    document = request["documents"][did]
    methods = {method["id"]: method for method in document["verificationMethod"]}
    return [public(methods[kid]) for kid in document[relationship]]


def key_of(request, kid, relationship):
    return next(jwk for jwk in keys(request, kid.partition("#")[0], relationship) if jwk["kid"] == kid)


def apv(kids):
    return b64(hashlib.sha256(".".join(sorted(kids)).encode()).digest())


def general(compact, kid):
    """The general JSON form of a compact JWE: these libraries protect `epk` in the compact one alone."""
    protected, encrypted_key, iv, ciphertext, tag = compact.split(".")
    recipients = [{"header": {"kid": kid}, "encrypted_key": encrypted_key}]
    return json.dumps(
        {"protected": protected, "recipients": recipients, "iv": iv, "ciphertext": ciphertext, "tag": tag}
    )


class JwCrypto:
    """The package jwcrypto."""

    def __init__(self):
        self.jwe, self.jwk, self.jws = jwcrypto_jwe, jwcrypto_jwk, jwcrypto_jws

    def key(self, jwk):
        return self.jwk.JWK(**jwk)

    def sign(self, payload, jwk, alg):
        token = self.jws.JWS(payload)
        token.allowed_algs = [alg]
        protected = json.dumps({"typ": SIGNED, "alg": alg})
        token.add_signature(self.key(jwk), protected=protected, header=json.dumps({"kid": jwk["kid"]}))
        flat = json.loads(token.serialize())
        signature = {name: flat[name] for name in ("protected", "header", "signature")}
        return json.dumps({"payload": flat["payload"], "signatures": [signature]})

    def verify(self, packed, jwk):
        token = self.jws.JWS()
        token.allowed_algs = ["EdDSA", "ES256", "ES384", "ES512", "ES256K"]
        token.deserialize(packed, self.key(jwk))
        return token.payload

    def encrypt(self, plaintext, recipient, protected, _sender):
        token = self.jwe.JWE(plaintext, protected=json.dumps(protected))
        token.add_recipient(self.key(recipient))
        return general(token.serialize(compact=True), recipient["kid"])

    def decrypt(self, packed, jwk, _sender):
        token = self.jwe.JWE()
        token.allowed_algs = ["ECDH-ES+A256KW", "A256CBC-HS512", "A256GCM"]
        token.deserialize(packed, self.key(jwk))
        return token.payload


class JoseRfc:
    """The package joserfc, with its drafts of ECDH-1PU and XC20P."""

    def __init__(self):
        register_chacha20_poly1305()
        register_ecdh_1pu()
        # the limits of the library are too small for the kid of a did:peer:4, and for the epk on P-521
        jwe.JWERegistry.max_protected_header_length = jws.JWSRegistry.max_header_length = 1 << 16
        self.jwe, self.jwk, self.jws = jwe, joserfc_jwk, jws
        self.algorithms = [
            *("ECDH-ES+A256KW", "ECDH-1PU+A256KW", "A256CBC-HS512", "A256GCM", "XC20P"),
            *("EdDSA", "ES256", "ES384", "ES512", "ES256K"),
        ]

    def key(self, jwk):
        return self.jwk.import_key(jwk)

    def sign(self, payload, jwk, alg):
        members = [{"protected": {"typ": SIGNED, "alg": alg}, "header": {"kid": jwk["kid"]}}]
        keys = self.jwk.KeySet([self.key(jwk)])
        return json.dumps(self.jws.serialize_json(members, payload, keys, algorithms=self.algorithms))

    def verify(self, packed, jwk):
        keys = self.jwk.KeySet([self.key(jwk)])
        return self.jws.deserialize_json(json.loads(packed), keys, algorithms=self.algorithms).payload

    def encrypt(self, plaintext, recipient, protected, sender):
        sender = sender and self.key(sender)
        key = self.key({name: value for name, value in recipient.items() if name != "kid"})
        compact = self.jwe.encrypt_compact(
            protected, plaintext, key, algorithms=self.algorithms, sender_key=sender
        )
        return general(compact, recipient["kid"])

    def decrypt(self, packed, jwk, sender):
        sender = sender and self.key(sender)
        envelope = json.loads(packed)
        # the library asks for a key of each recipient
        envelope["recipients"] = [
            entry for entry in envelope["recipients"] if entry["header"]["kid"] == jwk["kid"]
        ]
        keys = self.jwk.KeySet([self.key(jwk)])
        opened = self.jwe.decrypt_json(envelope, keys, algorithms=self.algorithms, sender_key=sender)
        return opened.plaintext


JOSE = {"jwcrypto": JwCrypto, "joserfc": JoseRfc}[LIBRARY]() if LIBRARY in {"jwcrypto", "joserfc"} else None
SIGNATURES = {"Ed25519": "EdDSA", "P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "secp256k1": "ES256K"}


def do_hello(_request):
    packages = {"did-peer": ("did-peer-2", "did-peer-4")}.get(LIBRARY, (LIBRARY,))
    return {"Python": platform.python_version(), **{name: version(name) for name in packages}}


def do_pack_plaintext(request):
    return json.dumps({"typ": "application/didcomm-plain+json", **request["message"]})


def do_pack_signed(request):
    plaintext = do_pack_plaintext(request)
    signing = keys(request, request["sign_frm"], "authentication")[0]
    secret = next(jwk for jwk in request["secrets"] if jwk["kid"] == signing["kid"])
    return JOSE.sign(plaintext.encode(), secret, SIGNATURES[secret["crv"]])


def encrypted(request, plaintext, frm, enc):
    (recipient,) = keys(request, request["to"], "keyAgreement")
    protected = {"typ": ENCRYPTED, "enc": enc, "apv": apv([recipient["kid"]])}
    sender = None
    if frm is None:
        protected["alg"] = "ECDH-ES+A256KW"
    else:
        own = {jwk["kid"] for jwk in keys(request, frm, "keyAgreement") if jwk["crv"] == recipient["crv"]}
        sender = next(jwk for jwk in request["secrets"] if jwk["kid"] in own)
        protected |= {"alg": "ECDH-1PU+A256KW", "skid": sender["kid"], "apu": b64(sender["kid"].encode())}
    return JOSE.encrypt(plaintext.encode(), recipient, protected, sender)


def do_pack_encrypted(request):
    packed = do_pack_signed(request) if request["sign_frm"] else do_pack_plaintext(request)
    if request["frm"]:
        packed = encrypted(request, packed, request["frm"], "A256CBC-HS512")
    if request["protect"] or not request["frm"]:
        packed = encrypted(request, packed, None, request["enc"])
    return packed


def do_unpack(request):
    held = {jwk["kid"]: jwk for jwk in request["secrets"]}
    facts = {
        "encrypted": False,
        "authenticated": False,
        "non_repudiation": False,
        "anonymous_sender": False,
        "encrypted_from": None,
        "encrypted_to": [],
        "sign_from": None,
        "enc_alg_auth": None,
        "enc_alg_anon": None,
        "sign_alg": None,
    }
    packed = request["packed"]
    while True:
        layer = json.loads(packed)
        if "ciphertext" in layer:
            header = json.loads(unb64(layer["protected"]))
            kids = [recipient["header"]["kid"] for recipient in layer["recipients"]]
            skid = header.get("skid")
            sender = skid and key_of(request, skid, "keyAgreement")
            secret = next(held[kid] for kid in kids if kid in held)
            packed = JOSE.decrypt(packed, secret, sender).decode()
            facts |= {"encrypted": True, "encrypted_to": kids}
            if skid:
                facts |= {"authenticated": True, "encrypted_from": skid, "enc_alg_auth": header["enc"]}
            else:
                facts |= {"anonymous_sender": True, "enc_alg_anon": header["enc"]}
        elif "signatures" in layer:
            (signature,) = layer["signatures"]
            header = json.loads(unb64(signature["protected"]))
            kid = signature.get("header", {}).get("kid") or header.get("kid")
            packed = JOSE.verify(packed, key_of(request, kid, "authentication")).decode()
            facts |= {
                "authenticated": True,
                "non_repudiation": True,
                "sign_from": kid,
                "sign_alg": header["alg"],
            }
        else:
            return {"message": layer, "metadata": facts}


def do_resolve(request):
    did = request["did"]
    package = did_peer_4 if did.startswith("did:peer:4") else did_peer_2
    return absolute(package.resolve(did))


def absolute(document):
    """The document with absolute ids, as each package leaves them relative."""
    text = json.dumps(document)
    return json.loads(text.replace('"#', f'"{document["id"]}#'))


def do_create_did(request):
    if request["method"] == 2:
        specs = [did_peer_2.KeySpec.key_agreement(key) for key in request["agreement"]]
        specs += [did_peer_2.KeySpec.authentication(key) for key in request["signing"]]
        return did_peer_2.generate(specs, request["services"])
    specs = [KeySpec(key, relationships=["keyAgreement"]) for key in request["agreement"]]
    specs += [KeySpec(key, relationships=["authentication"]) for key in request["signing"]]
    services = [
        {"id": f"#service-{place}" if place else "#service", **service}
        for place, service in enumerate(request["services"])
    ]
    return did_peer_4.encode(input_doc_from_keys_and_services(specs, services))


COMMANDS = {name[3:]: command for name, command in list(globals().items()) if name.startswith("do_")}


if __name__ == "__main__":
    # Python runs isolated, without the folders of the script
    sys.path.append(str(Path(__file__).parents[1]))
    from answering import serve

    serve(lambda request: COMMANDS[request["command"]](request))
