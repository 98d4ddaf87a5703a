"""What all programs of one run are given: the same documents, keys, messages and envelopes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any, Literal

from pydidcomm import DIDDocument, LocalResolver, Message, PackEncryptedConfig, ResolversConfig, Secret
from pydidcomm.algorithms import AnonCryptAlg
from pydidcomm.sync import DIDCommMessaging, create_peer_did

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from operations import Description, Operation
    from pydidcomm.config import KidIn

TEXT = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
MOST_KEYS_OF_A_PEER_DID = 30
"""A did:peer:2 that were longer is refused."""
CREATED = 1_700_000_000
ENCRYPTIONS = {algorithm.value: algorithm for algorithm in AnonCryptAlg}


@dataclass
class Material:
    """Documents by DID, secrets, and each operation in the terms of its arguments."""

    documents: dict[str, dict[str, Any]] = field(default_factory=dict[str, "dict[str, Any]"])
    secrets: list[Secret] = field(default_factory=list[Secret])
    operations: dict[str, Description] = field(default_factory=dict[str, "Description"])

    @cached_property
    def for_programs(self) -> str:
        """The same as JSON in one line."""
        secrets = [{**secret.expose_jwk(), "kid": secret.kid} for secret in self.secrets]
        everything = {"documents": self.documents, "secrets": secrets, "operations": self.operations}
        return json.dumps(everything, separators=(",", ":"))


class Book:
    """Answers with documents and secrets; the methods are plain ones."""

    def __init__(self, material: Material) -> None:
        self.documents = {did: DIDDocument(document) for did, document in material.documents.items()}
        self.secrets = {secret.kid: secret for secret in material.secrets}

    def resolve(self, did: str) -> DIDDocument | None:
        """The document of the DID."""
        return self.documents.get(did)

    def get_key(self, kid: str) -> Secret | None:
        """The secret of that kid."""
        return self.secrets.get(kid)

    def get_keys(self, kids: list[str]) -> list[str]:
        """The kids that are held."""
        return [kid for kid in kids if kid in self.secrets]

    def add_key(self, secret: Secret) -> None:
        """Keeps a secret."""
        self.secrets[secret.kid] = secret


Parties = Literal["did:example", "did:peer"]


class Maker:
    """Makes parties of one kind, each once for what it is to do."""

    def __init__(self, kind: Parties) -> None:
        self.material = Material()
        self._create: Callable[[str, int, bool], str] = self._example if kind == "did:example" else self._peer
        self._made: dict[tuple[str, str, int, bool], str] = {}
        self._numbers = count(1)

    def party(self, role: str, curve: str, keys: int = 1, *, signs: bool = False) -> str:
        """The DID of a party that has that many keys on the curve, for agreement or to sign."""
        wanted = (role, curve, keys, signs)
        if wanted not in self._made:
            self._made[wanted] = self._create(curve, keys, signs)
        return self._made[wanted]

    def _example(self, curve: str, keys: int, signs: bool) -> str:  # noqa: FBT001, given by position alone
        did = f"did:example:party-{next(self._numbers)}"
        secrets = [Secret.generate(curve, kid=f"{did}#key-{place}") for place in range(1, keys + 1)]
        kids = [secret.kid for secret in secrets]
        self.material.documents[did] = {
            "id": did,
            "verificationMethod": [method(did, secret) for secret in secrets],
            "authentication": kids if signs else [],
            "keyAgreement": [] if signs else kids,
        }
        self.material.secrets += secrets
        return did

    def _peer(self, curve: str, keys: int, signs: bool) -> str:  # noqa: FBT001, given by position alone
        book = Book(Material())
        signing, agreement = (curve, "X25519") if signs else ("Ed25519", curve)
        did = create_peer_did(
            book, agreement_keys_count=keys, auth_curves=(signing,), agreement_curves=(agreement,)
        )
        document = LocalResolver().resolve(did)
        if document is not None:
            self.material.documents[did] = document.as_dict()
        self.material.secrets += book.secrets.values()
        return did


def method(did: str, secret: Secret) -> dict[str, Any]:
    """The verification method of a key, as a JWK."""
    jwk = {name: value for name, value in secret.public_jwk().items() if name != "kid"}
    return {"id": secret.kid, "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": jwk}


def make(kind: Parties, operations: Iterable[Operation]) -> Material:
    """The material of these operations, as far as such DIDs go, envelopes included."""
    if kind == "did:peer":
        operations = [each for each in operations if each.recipients <= MOST_KEYS_OF_A_PEER_DID]
    maker = Maker(kind)
    described = {operation.name: _described(maker, operation) for operation in operations}
    maker.material.operations = described
    book = Book(maker.material)
    party = DIDCommMessaging(book, book)
    packed: dict[tuple[Any, ...], str] = {}
    for operation in operations:
        description = described[operation.name]
        if operation.kind in ("unpack", "verify", "wrap"):
            # the same envelope, where two rows differ only in what is known before
            key = tuple(description.get(name) for name in ("to", "frm", "sign_frm", "enc", "protect"))
            key = (*key, operation.size)
            if key not in packed:
                packed[key] = _packed(party, description)
            description["packed"] = packed[key]
            if _is_read_by_veramo(operation):
                key = (*key, "veramo")
                if key not in packed:
                    packed[key] = _packed(party, description, for_veramo=True)
                description["packed_for_veramo"] = packed[key]
        if operation.kind not in ("pack", "sign"):
            description.pop("message", None)
    return maker.material


def _described(maker: Maker, operation: Operation) -> Description:
    description: Description = {"kind": operation.kind, "established": operation.established}
    if operation.kind in ("create", "resolve"):
        return description | (
            {"did": create_peer_did(Book(Material()))} if operation.kind == "resolve" else {}
        )
    if operation.kind in ("sign", "verify"):
        signer = maker.party("signer", operation.curve, signs=True)
        return description | {"sign_frm": signer, "message": _message(operation.size, signer, signer)}
    description["to"] = maker.party("bob", operation.curve, operation.recipients)
    description["enc"] = operation.enc
    description["protect"] = operation.protect
    frm = maker.party("alice", operation.curve) if operation.authcrypt else None
    if frm is not None:
        description["frm"] = frm
    if operation.kind == "wrap":
        description["mediator"] = maker.party("mediator", operation.curve)
    return description | {"message": _message(operation.size, frm, description["to"])}


def _message(size: int, frm: str | None, to: str | None) -> dict[str, Any]:
    plaintext: dict[str, Any] = {
        "id": "1f9a9c1e-6a3b-4b7e-9a59-3f5a2d7c8e01",
        "typ": "application/didcomm-plain+json",
        "type": "https://example.org/bench/1.0/message",
    }
    if frm is not None:
        plaintext["from"] = frm
    if to is not None:
        plaintext["to"] = [to]
    return plaintext | {"created_time": CREATED, "body": {"text": (TEXT * (size // len(TEXT) + 1))[:size]}}


def _is_read_by_veramo(operation: Operation) -> bool:
    """Whether it is one layer, on X25519 and to one key where that is authcrypt, or a signature."""
    if operation.kind == "verify":
        return True
    one = operation.recipients == 1 or not operation.authcrypt
    return operation.kind == "unpack" and operation.curve == "X25519" and one and not operation.protect


def _packed(party: DIDCommMessaging, description: Description, *, for_veramo: bool = False) -> str:
    if "sign_frm" in description:
        kid_in: KidIn = "protected" if for_veramo else "header"
        message, signer = read(description["message"]), description["sign_frm"]
        return party.pack_signed(message, sign_frm=signer, kid_in=kid_in).packed_msg
    config = PackEncryptedConfig(
        enc_alg_anon=ENCRYPTIONS[description["enc"]],
        protect_sender_id=description["protect"],
        profile="veramo" if for_veramo else "didcomm/v2",
    )
    frm, to = description.get("frm"), description["to"]
    return party.pack(read(description["message"]), to=to, frm=frm, config=config).message


def read(plaintext: dict[str, Any]) -> Message:
    """The message of that plaintext."""
    return Message.from_dict(plaintext)


def resolvers(book: Book) -> ResolversConfig:
    """The book as both resolvers."""
    return ResolversConfig(secrets_resolver=book, did_resolver=book)
