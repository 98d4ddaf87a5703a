"""Cases of JWE envelopes."""

# what goes in and out is JSON, and the peer's packages come without types
# ruff: noqa: ANN001, ANN201, ANN202

from didcomm_messaging.crypto.jwe import JweBuilder, JweEnvelope, JweRecipient, b64url

from inputs.cases import case


def parts():
    """The parts of an envelope."""
    return {
        "protected": b64url('{"alg":"a","apu":"YQ","apv":"dg"}'),
        "recipients": [{"encrypted_key": "a2V5", "header": {"kid": "did:a:b#1"}}],
        "iv": "aXY",
        "ciphertext": "Yw",
        "tag": "dA",
    }


@case("jwe: an envelope and back")
async def _():
    envelope = JweEnvelope.deserialize(parts())
    again = JweEnvelope.from_json(envelope.to_json())
    recipient = again.get_recipient("did:a:b#1")
    return [
        again.serialize(),
        dict(recipient.header),
        recipient.encrypted_key,
        [dict(each.header) for each in again.get_recipients()],
        [*again.recipient_key_ids],
        again.combined_aad,
        again.apu_bytes,
        again.apv_bytes,
        [again.with_flatten_recipients, again.with_protected_recipients, again.unprotected, again.aad],
    ]


FAULTS = {
    "no header": {"protected": None},
    "a header that is no text": {"protected": 7},
    "a header that is no JSON": {"protected": "e30x"},
    "no ciphertext": {"ciphertext": None},
    "a tag that is no text": {"tag": []},
    "recipients that are no list": {"recipients": {}},
    "a recipient that is no object": {"recipients": ["a"]},
    "a recipient without a key": {"recipients": [{"header": {}}]},
    "a recipient with a header that is no object": {"recipients": [{"encrypted_key": "YQ", "header": 7}]},
    "no recipients": {"recipients": None},
    "both forms of recipients": {"encrypted_key": "YQ"},
    "a header twice": {"unprotected": {"alg": "b"}},
    "a header of a recipient twice": {"recipients": [{"encrypted_key": "YQ", "header": {"alg": "b"}}]},
}
for fault, changes in FAULTS.items():

    @case(f"jwe: {fault}")
    async def _(changes=changes):
        envelope = {**parts(), **changes}
        return JweEnvelope.deserialize({k: v for k, v in envelope.items() if v is not None}).serialize()


@case("jwe: an envelope with one recipient in its header")
async def _():
    builder = JweBuilder(with_protected_recipients=True, with_flatten_recipients=True)
    builder.add_recipient(JweRecipient(encrypted_key=b"key", header={"kid": "1"}))
    builder.set_protected({"alg": "Anoncrypt"})
    builder.set_payload(b"c", b"i", b"t", b"a")
    built = builder.build()
    again = JweEnvelope.from_json(built.to_json())
    return [built.serialize(), builder.recipients_json, builder.protected_bytes, again.recipients[0].header]


@case("jwe: an envelope with a flattened recipient")
async def _():
    builder = JweBuilder()
    builder.add_recipient(JweRecipient(encrypted_key=b"key", header={"kid": "1"}))
    builder.set_protected({"alg": "a"})
    builder.set_unprotected({"x": 1})
    builder.set_payload(b"c", b"i", b"t")
    return builder.build().serialize()


for missing in ("payload", "recipients", "protected"):

    @case(f"jwe: an envelope without {missing}")
    async def _(missing=missing):
        builder = JweBuilder()
        if missing != "recipients":
            builder.add_recipient(JweRecipient(encrypted_key=b"key"))
        if missing != "protected":
            builder.set_protected({"alg": "a"})
        if missing != "payload":
            builder.set_payload(b"c", b"i", b"t")
        return builder.build().serialize()


@case("jwe: a recipient that is not there")
async def _():
    return JweEnvelope.deserialize(parts()).get_recipient("did:a:b#2").header


@case("jwe: no apu")
async def _():
    return JweEnvelope.deserialize({**parts(), "protected": b64url("{}")}).apu_bytes
