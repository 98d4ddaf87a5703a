"""Cases on which the originals and the stand-ins are compared, and those on which they have to differ."""

from __future__ import annotations

import base64
import json
import random
from typing import TYPE_CHECKING, Any

from support import forge
from support.forge import plaintext
from support.parties import Key, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

Case = tuple[str, list[Any]]

ALICE, BOB, CAROL, MALLORY, MEDIATOR = (
    Party(f"did:example:{name}", agreement=2) for name in ("alice", "bob", "carol", "mallory", "mediator")
)
LABELS: dict[str, str] = {}
"""Envelopes that the originals take and the stand-ins refuse, each with its row of the table."""
UNNAMED = "messages without `from`, or signed ones without `to`"
ODD: list[Any] = [None, 0, 1, 1.5, True, "", "x", [], ["x"], [1], {}, {"a": 1}]
HEADERS = (
    "type", "body", "id", "frm", "to", "created_time", "expires_time", "please_ack", "ack", "thid", "pthid",
    "attachments", "custom_headers",
)  # fmt: skip
REVOKED = Key("did:example:alice#revoked")
"""A key that Alice's document still shows, and no longer under `keyAgreement`."""
SERVICE = {"id": "did:example:x#s", "accept": ["didcomm/v2"], "type": "DIDCommMessaging"}


def parties() -> dict[str, Any]:
    """The parties as the program reads them: Bob is behind a mediator, Carol behind one named by its DID."""
    world: dict[str, Any] = {}
    for party in (ALICE, BOB, CAROL, MALLORY, MEDIATOR):
        secrets = [key.secret_jwk for key in (*party.agreement, party.signing)]
        world[party.did] = {**party.document, "secrets": secrets}
    world[ALICE.did]["secrets"].append(REVOKED.secret_jwk)
    world[ALICE.did]["verificationMethod"] = [*ALICE.document["verificationMethod"], REVOKED.method]
    world[BOB.did]["service"] = [
        {**SERVICE, "service_endpoint": "https://bob", "routing_keys": [MEDIATOR.key.kid]}
    ]
    world[CAROL.did]["service"] = [
        {**SERVICE, "id": "did:example:x#1", "accept": ["didcomm/aip1"], "service_endpoint": "https://old"},
        {**SERVICE, "service_endpoint": MEDIATOR.did},
    ]
    world[MEDIATOR.did]["service"] = [{**SERVICE, "service_endpoint": "https://mediator"}]
    return world


PARTIES = parties()
HALF = Party("did:example:half")
"""Holds one of Bob's two keys for agreement."""
PARTIES[HALF.did] = {**HALF.document, "secrets": [BOB.agreement[1].secret_jwk]}


def messages() -> Iterator[Case]:
    """Headers and attachments of every odd form."""
    whole: dict[str, Any] = {"type": "https://e.org/p/1.0/m", "body": {"a": None}, "id": "one"}
    plain = {**whole, "typ": "application/didcomm-plain+json"}
    for header in HEADERS:
        for value in ODD[1:] if header == "id" else ODD:
            yield "message", [{**whole, header: value}]
            yield "from_dict", [{**plain, {"frm": "from"}.get(header, header): value}]
    for missing in plain:
        yield "from_dict", [{name: value for name, value in plain.items() if name != missing}]


def parts() -> Iterator[Case]:
    """Attachments and claims of every odd form, and what a forward or a DID looks like."""
    whole: dict[str, Any] = {"type": "https://e.org/p/1.0/m", "body": {"a": None}, "id": "one"}
    plain = {**whole, "typ": "application/didcomm-plain+json"}
    for claim in ("iss", "sub", "aud", "exp", "nbf", "iat", "jti"):
        for value in [*ODD, "did:example:a"]:
            yield "from_prior", [{"iss": "did:example:a", "sub": "did:example:b", claim: value}]
    data: list[Any] = [{"json": value} for value in ODD] + [{"base64": value} for value in ODD]
    data += [{"links": value, "hash": "z"} for value in ODD] + [
        {"links": ["x"]},
        {"json": 1, "x": 2},
        None,
        "x",
    ]
    for content in data:
        yield "attachment", [{"id": "one", "data": content}]
    for member in (
        "id",
        "description",
        "filename",
        "media_type",
        "format",
        "lastmod_time",
        "byte_count",
        "x",
    ):
        for value in ODD:
            if (member, value) != ("id", None):
                yield "attachment", [{"id": "one", "data": {"json": {}}, member: value}]
    for text in ("did:a:b", "did:a:b#c", "did:a", "did::a", "x:a:b", "", "did:a:b?c#d", "#a", "did:a:b#"):
        yield "did", [text]
    body, inner = {"next": BOB.did}, {"data": {"json": {"a": 1}}}
    forward = {
        **plain,
        "type": "https://didcomm.org/routing/2.0/forward",
        "body": body,
        "attachments": [inner],
    }
    forms: list[dict[str, Any]] = [
        {},
        {"body": {}},
        {"attachments": []},
        {"type": "x"},
        {"attachments": [inner, inner]},
    ]
    for change in forms:
        yield "is_forward", [{**forward, **change}]


def packings() -> Iterator[Case]:
    """Messages of Alice to be packed, well and badly."""
    plain: dict[str, Any] = {"type": "https://e.org/p/1.0/m", "body": {}, "id": "one"}
    named = {**plain, "frm": ALICE.did, "to": [BOB.did, CAROL.did]}
    senders = (None, ALICE.did, ALICE.kids[1], f"{ALICE.did}#no", "did:example:no", "x")
    signers = (None, ALICE.did, ALICE.signing.kid, f"{ALICE.did}#no")
    for to in (BOB.did, BOB.kids[1], CAROL.did, f"{BOB.did}#no", BOB.signing.kid, "did:example:no", "x"):
        for frm in senders:
            for sign_frm in signers:
                yield "encrypt", [PARTIES, ALICE.did, named, to, frm, sign_frm, None, {}]


def options() -> Iterator[Case]:
    """Messages of Alice to be packed in every way that there is, and where they go."""
    plain: dict[str, Any] = {"type": "https://e.org/p/1.0/m", "body": {}, "id": "one"}
    named = {**plain, "frm": ALICE.did, "to": [BOB.did, CAROL.did]}
    for alg in ("A256CBC_HS512_ECDH_ES_A256KW", "XC20P_ECDH_ES_A256KW", "A256GCM_ECDH_ES_A256KW"):
        for protect in (False, True):
            for forward in (False, True):
                how = {"enc_alg_anon": alg, "protect_sender_id": protect, "forward": forward}
                for frm, sign_frm in ((ALICE.did, None), (ALICE.did, ALICE.did), (None, None)):
                    yield "encrypt", [PARTIES, ALICE.did, named, BOB.did, frm, sign_frm, how, {}]


def others() -> Iterator[Case]:
    """Messages that contradict themselves, what is not encrypted, and where messages go."""
    plain: dict[str, Any] = {"type": "https://e.org/p/1.0/m", "body": {}, "id": "one"}
    named = {**plain, "frm": ALICE.did, "to": [BOB.did, CAROL.did]}
    for params in ({"forward_service_id": "did:example:x#s"}, {"forward_service_id": "no"}):
        yield "encrypt", [PARTIES, ALICE.did, named, BOB.did, None, None, None, params]
    wrong: list[dict[str, Any]] = [{"to": [CAROL.did]}, {"to": []}, {"frm": CAROL.did}, {"body": [1]}]
    for change in wrong:
        yield "encrypt", [PARTIES, ALICE.did, {**named, **change}, BOB.did, ALICE.did, None, None, {}]
    for sign_frm in (ALICE.did, ALICE.signing.kid, f"{ALICE.did}#no", "did:example:no", "x"):
        yield "sign", [PARTIES, ALICE.did, {**named, "frm": sign_frm.partition("#")[0]}, sign_frm]
    attachments = [{"id": "a", "data": {"base64": "AA"}}, {"id": "b", "data": {"links": ["x"], "hash": "z"}}]
    right: list[dict[str, Any]] = [
        {},
        {"attachments": attachments},
        {"custom_headers": {"x": None}},
        {"thid": "t"},
    ]
    for change in right:
        yield "plain", [PARTIES, ALICE.did, {**named, **change}]
    for did in (BOB.did, CAROL.did, MEDIATOR.did, ALICE.did, "did:example:no"):
        for service_id in (None, "did:example:x#s", "did:example:x#1", "no"):
            yield "services", [PARTIES, ALICE.did, did, service_id]


def unnamed() -> Iterator[Case]:
    """Messages that name neither sender nor recipient."""
    plain: dict[str, Any] = {"type": "https://e.org/p/1.0/m", "body": {}, "id": "one"}
    bare = {"forward": False}
    for frm, sign_frm in ((ALICE.did, None), (None, ALICE.did), (ALICE.did, ALICE.did)):
        yield "encrypt", [PARTIES, ALICE.did, plain, BOB.did, frm, sign_frm, bare, {}]
    yield "sign", [PARTIES, ALICE.did, plain, ALICE.did]


def mispacked() -> Iterator[tuple[str, Case]]:
    """What the originals pack and the stand-ins do not, each with its row of the table."""
    named: dict[str, Any] = {"type": "https://e.org/p/1.0/m", "body": {}, "id": "one", "frm": ALICE.did}
    named["to"] = [BOB.did]
    bare = {"forward": False}
    forged = {**named, "frm": CAROL.did}
    for row, headers, frm, sign_frm in (
        ("keys outside of their relationship", named, REVOKED.kid, None),
        ("a signer that is not the sender", forged, None, ALICE.did),
    ):
        arguments = [PARTIES, ALICE.did, headers, BOB.did, frm, sign_frm, bare, {}]
        LABELS[json.dumps(arguments, sort_keys=True)] = row
        yield row, ("encrypt", arguments)


def envelopes() -> Iterator[Any]:
    """Envelopes to Bob that are well made, and such as are not."""
    message = plaintext(from_=ALICE.did, to=[BOB.did], thid="one")
    auth = forge.encrypt(message, BOB.agreement, sender=ALICE.key)
    anon = forge.encrypt(message, BOB.agreement)
    signed = forge.sign(message, ALICE.signing)
    yield from (auth, anon, signed, message, forge.encrypt(json.dumps(signed), BOB.agreement))
    yield forge.encrypt(message, BOB.agreement[:1], sender=ALICE.agreement[1])
    for envelope in (auth, anon):
        for member in envelope:
            yield {name: value for name, value in envelope.items() if name != member}
        for member in ("ciphertext", "tag", "iv"):
            yield {**envelope, member: "A" * len(envelope[member])}
        yield {**envelope, "recipients": []}
        yield {**envelope, "recipients": envelope["recipients"][::-1]}
        yield {**envelope, "protected": "AAAA"}
    yield {**signed, "payload": base64.urlsafe_b64encode(b"{}").decode()}
    yield {**signed, "signatures": []}
    yield {"x": 1}
    yield forge.encrypt(message, [Key("did:example:bob#no")])
    yield forge.encrypt(message, BOB.agreement, sender=Key("did:example:no#x"))
    yield forge.encrypt(message, BOB.agreement, sender=Key(f"{ALICE.did}#no"))
    yield forge.sign(message, Key(f"{ALICE.did}#no", "Ed25519"))
    token = forge.jwt({"iss": CAROL.did, "sub": ALICE.did}, CAROL.signing)
    rotated = {**message, "from_prior": token}
    yield forge.encrypt(rotated, BOB.agreement, sender=ALICE.key)
    yield forge.encrypt({**message, "from_prior": "x"}, BOB.agreement, sender=ALICE.key)
    yield forge.encrypt({**message, "from_prior": f"{token[:-4]}AAAA"}, BOB.agreement, sender=ALICE.key)
    for row, envelope in (*refused(message), *taken(message)):
        LABELS[json.dumps(envelope, sort_keys=True)] = row
        yield envelope


def refused(message: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What is refused here alone, each with its row of the table."""

    def sealed(change: dict[str, Any], sender: Key | None = ALICE.key) -> Any:  # noqa: ANN401, an envelope
        headers = {name: value for name, value in {**message, **change}.items() if value is not None}
        return forge.encrypt(headers, BOB.agreement, sender=sender)

    def rotated(signer: Key, **claims: Any) -> dict[str, Any]:  # noqa: ANN401, any claim
        return {"from_prior": forge.jwt({"iss": CAROL.did, "sub": ALICE.did, **claims}, signer)}

    yield "forged senders", sealed({"from": CAROL.did})
    yield "forged senders", forge.sign({**message, "from": CAROL.did}, ALICE.signing)
    yield "messages to somebody else", sealed({"to": [CAROL.did]})
    yield "messages to somebody else", sealed({"to": [CAROL.did]}, None)
    yield UNNAMED, sealed({"from": None})
    in_the_open = forge.sign({name: value for name, value in message.items() if name != "to"}, ALICE.signing)
    yield (
        "messages without `from`, or signed ones without `to`",
        forge.encrypt(json.dumps(in_the_open), BOB.agreement),
    )
    yield "rotations that are not proved", sealed(rotated(MALLORY.signing))
    yield "rotations that are not proved", sealed(rotated(CAROL.signing, sub=BOB.did))
    yield "rotations that are not proved", sealed(rotated(CAROL.signing), None)
    yield "rotations that have expired", sealed(rotated(CAROL.signing, exp=1516269022))
    yield "rotations in the open", {**message, **rotated(CAROL.signing)}
    yield "rotations in the open", forge.sign({**message, **rotated(CAROL.signing)}, ALICE.signing)
    yield "keys outside of their relationship", forge.encrypt(message, BOB.agreement, sender=REVOKED)


def taken(message: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What is taken here alone, each with its row of the table."""
    yield "messages without `body`", {name: value for name, value in message.items() if name != "body"}
    signed = forge.sign(message, ALICE.signing)
    yield "forms of signatures", forge.flattened(signed)
    yield "forms of signatures", {**signed, "signatures": [{**signed["signatures"][0], "header": {}}]}
    forward = {
        "id": "f",
        "typ": "application/didcomm-plain+json",
        "type": "https://didcomm.org/routing/2.0/forward",
        "body": {"next": BOB.did},
        "attachments": [{"id": "a", "data": {"json": forge.encrypt(message, BOB.agreement)}}],
    }
    known = {**forward, "from": ALICE.did, "to": [MEDIATOR.did]}
    yield "forwards that are more than anonymous", forge.encrypt(known, MEDIATOR.agreement, sender=ALICE.key)
    yield "forwards that are more than anonymous", forward


def peer_dids() -> Iterator[Case]:
    """Keys, services, and DIDs well made and mutilated."""
    keys = [key.multikey for key in ALICE.agreement]
    signing = [ALICE.signing.multikey, BOB.signing.multikey]
    services: list[Any] = [None, "", [], "...", {"type": "DIDCommMessaging", "serviceEndpoint": "https://a"}]
    services += [
        [{"type": "x", "serviceEndpoint": "https://a", "routingKeys": ["k"], "accept": ["p"], "z": 1}] * 2
    ]
    services += [json.dumps(services[-1])]
    yield from (
        ("create", [one, two, service]) for one in ([], keys) for two in ([], signing) for service in services
    )
    yield from (("create", [one, two, None]) for one, two in ((signing, []), (keys, keys)))
    yield from (("create_0", [key]) for key in (keys[0], signing[0], "z6Mkx"))
    made = [
        f"did:peer:0{signing[0]}",
        f"did:peer:2.E{keys[0]}.V{signing[0]}.V{signing[1]}",
        f"did:peer:2.V{signing[0]}",
    ]
    made += [f"{made[1]}.SeyJ0IjoiZG0iLCJzIjoiaHR0cHM6Ly9hIiwiYSI6WyJkaWRjb21tL3YyIl19"]
    # a service with - and _ in its text, and two services each on its own
    made += [
        f"{made[1]}.SeyJ0IjoiZG0iLCJzIjoiaHR0cHM6Ly9hL2I_Yz1-YSJ9",
        f"{made[3]}.SeyJ0IjoiZG0iLCJzIjoiaHR0cHM6Ly9iIn0",
    ]
    for did in [*made, "did:peer:0", "did:peer:2", "did:peer:1zx", "did:key:z6Mk", "", *mutilated(made)]:
        yield "is_peer_did", [did]
        yield from (("resolve", [did, form]) for form in ("JWK", "BASE58", "MULTIBASE"))
    for member, value in (
        ("multibase", keys[0]),
        ("jwk", ALICE.key.jwk),
        ("jwk", json.dumps(ALICE.signing.jwk)),
    ):
        yield "key", [member, value]
    yield from (
        ("key", ["multibase", value]) for value in ("", "z", "zz", "u6LS", keys[0][:-3], f"{keys[0]}11")
    )


def mutilated(dids: list[str]) -> Iterator[str]:
    """Each DID with one character changed, left out or doubled, at places that are the same in every run."""
    places = random.Random(0)  # noqa: S311, no secret
    for did in dids:
        for _ in range(40):
            place = places.randrange(len("did:peer:"), len(did))
            character = places.choice(".zES0aZ-_=!")
            yield did[:place] + character + did[place + 1 :]
            yield did[:place] + did[place + 1 :]
            yield did[:place] + did[place] + did[place:]
