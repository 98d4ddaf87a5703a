"""What an operator demands of messages beyond their proofs, and what is only warned of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import PolicyError, UnpackConfig, WarningCode
from pydidcomm.errors import MalformedMessageError, UnsupportedError, UntrustedMessageError
from support import forge
from support.forge import plaintext

if TYPE_CHECKING:
    from support.parties import Documents, Party


def forms(alice: Party, bob: Party) -> dict[str, Any]:
    message = plaintext(from_=alice.did, to=[bob.did])
    signed = forge.sign(message, alice.signing)
    return {
        "plain": message,
        "signed": signed,
        "anoncrypt": forge.encrypt(message, bob.agreement),
        "authcrypt": forge.encrypt(message, bob.agreement, sender=alice.key),
        "anoncrypt(sign)": forge.encrypt(signed, bob.agreement),
    }


def named_alice(did: str) -> bool:
    return did.endswith("alice")


@pytest.mark.spec("REQ-02", "REQ-03")
@pytest.mark.parametrize(
    ("demand", "value", "met_by"),
    [
        ("require_encrypted", True, {"anoncrypt", "authcrypt", "anoncrypt(sign)"}),
        ("require_authenticated", True, {"signed", "authcrypt", "anoncrypt(sign)"}),
        ("require_signed", True, {"signed", "anoncrypt(sign)"}),
        ("require_profile", "didcomm/v2", {"anoncrypt", "authcrypt", "anoncrypt(sign)"}),
        ("allowed_senders", {"did:example:alice"}, {"signed", "authcrypt", "anoncrypt(sign)"}),
        ("allowed_senders", named_alice, {"signed", "authcrypt", "anoncrypt(sign)"}),
        ("allowed_senders", {"did:example:carol"}, set[str]()),
    ],
)
def test_a_demand_is_met_or_names_itself(  # noqa: PLR0913, PLR0917, fixtures
    documents: Documents,
    alice: Party,
    bob: Party,
    demand: str,
    value: Any,  # noqa: ANN401, any option
    met_by: set[str],
) -> None:
    options: dict[str, Any] = {demand: value}
    for form, packed in forms(alice, bob).items():
        if form in met_by:
            documents.unpack(bob, packed, UnpackConfig(**options))
            continue
        with pytest.raises(PolicyError) as caught:
            documents.unpack(bob, packed, UnpackConfig(**options))
        assert caught.value.demand == demand


def test_an_unsupported_profile_demand_is_refused() -> None:
    with pytest.raises(UnsupportedError):
        UnpackConfig(require_profile="didcomm/aip1")


@pytest.mark.spec("MSG-09", "MSG-10", "MSG-11")
def test_a_plaintext_message_to_another_recipient_has_a_warning(
    documents: Documents, alice: Party, bob: Party, carol: Party
) -> None:
    ours = UnpackConfig(own_dids=[bob.did])
    for to, count in ((carol.did, 1), (bob.did, 0)):
        message = plaintext(from_=alice.did, to=[to])
        for packed in (message, forge.sign(message, alice.signing)):
            warnings = documents.unpack(bob, packed, ours).metadata.warnings
            assert [warning.code for warning in warnings].count(WarningCode.NOT_TO_US) == count


def test_a_mismatch_of_to_is_a_warning_on_demand_but_not_under_a_signature(
    documents: Documents, alice: Party, bob: Party, carol: Party
) -> None:
    message = plaintext(from_=alice.did, to=[carol.did])
    lenient = UnpackConfig(to_mismatch="warning")
    odd = forge.encrypt(message, bob.agreement, sender=alice.key)
    assert len(documents.unpack(bob, odd, lenient).metadata.warnings) == 1
    passed_on = forge.encrypt(forge.sign(message, alice.signing), bob.agreement)
    with pytest.raises(UntrustedMessageError):
        documents.unpack(bob, passed_on, lenient)


def test_layers_and_nesting_are_limited(documents: Documents, alice: Party, bob: Party) -> None:
    packed = forms(alice, bob)["anoncrypt(sign)"]
    documents.unpack(bob, packed, UnpackConfig(max_layers=2, max_nesting=2))
    for config in (UnpackConfig(max_layers=1), UnpackConfig(max_nesting=1)):
        with pytest.raises(MalformedMessageError):
            documents.unpack(bob, packed, config)
