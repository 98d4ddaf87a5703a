"""The tests of the libraries before this one: which of them do not run on a stand-in, and why.

They are fetched to be run and are no part of this project: `make peers-suites DIR=...` runs what is there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

INTERNALS = "imports internals of the original: {}"
PRIVATE_KEYS = INTERNALS.format("how it selects and extracts keys, which never leave the core here")
ROTATION_IN_THE_OPEN = "a DID rotation in a message that is not encrypted is refused: anybody could replay it"
ROTATION_EXPIRED = "the from_prior of the vector expired years ago, and what has expired is refused"
FORGED_FROM = "the message is from somebody else than its signer: refused before anything is resolved"
KID_IS_SIGNED = (
    "the kid of a signature is in its protected header too, so that it is signed; the vector is without"
)
BODY_IS_OPTIONAL = "a message without a body is read: it is optional in v2.1"
MEDIATOR_OF_MEDIATOR = (
    "the mediator's own document names a routing key, for which the message is wrapped as well"
)


@dataclass(frozen=True)
class Suite:
    """The tests of one repository.

    Attributes:
        name: The name of the repository, which is that of its folder.
        folder: Where in it pytest runs.
        arguments: Further arguments of pytest.
        deselected: Tests by node id, or by the beginning of it, with the reason why they do not run.
        ignored: Files that cannot be imported, with the reason.
    """

    name: str
    folder: str = "."
    arguments: Sequence[str] = ()
    deselected: Mapping[str, str] = field(default_factory=dict[str, str])
    ignored: Mapping[str, str] = field(default_factory=dict[str, str])


_ENCRYPTED = "tests/unit/pack_encrypted"
_SIGNED = "tests/unit/pack_signed"
_NEGATIVE = f"{_ENCRYPTED}/test_pack_encrypted_negative.py"
_FROM_PRIOR = f"{_ENCRYPTED}/test_pack_encrypted_with_from_prior.py::test_pack_encrypted_with_from_prior_and"
_UNPACK = "tests/unit/unpack"
_VECTORS = "tests/unit/spec_test_vectors/test_pack_unpack_signed.py"

SUITES = (
    Suite(
        name="didcomm-python",
        deselected={
            "tests/demo/test_demo.py::test_demo_message_to_multiple_recipients": MEDIATOR_OF_MEDIATOR,
            f"{_ENCRYPTED}/test_message_to_multiple_recipients.py": MEDIATOR_OF_MEDIATOR,
            f"{_NEGATIVE}::test_sign_from_differs_from_msg_from_positive": FORGED_FROM,
            f"{_NEGATIVE}::test_sign_from_unknown_did": FORGED_FROM,
            f"{_SIGNED}/test_pack_signed_negative.py::test_from_unknown_did": FORGED_FROM,
            f"{_FROM_PRIOR}_issuer_kid[message1]": ROTATION_EXPIRED,
            f"{_FROM_PRIOR}_no_issuer_kid[message1]": ROTATION_EXPIRED,
            "tests/unit/pack_plaintext/test_pack_plaintext_with_from_prior.py": ROTATION_IN_THE_OPEN,
            f"{_SIGNED}/test_pack_signed_with_from_prior.py": ROTATION_IN_THE_OPEN,
            f"{_UNPACK}/test_unpack_plaintext_with_from_prior.py": ROTATION_IN_THE_OPEN,
            f"{_VECTORS}::test_pack_signed_by_did": KID_IS_SIGNED,
            f"{_VECTORS}::test_pack_signed_by_kid": KID_IS_SIGNED,
            f"{_UNPACK}/test_unpack_plaintext_negative.py::test_unpack_invalid_message[test_vector4]": (
                BODY_IS_OPTIONAL
            ),
        },
        ignored={
            "tests/unit/didcomm/protocols/routing/test_unpack_forward.py": INTERNALS.format(
                "unpack_anoncrypt"
            ),
            f"{_ENCRYPTED}/test_pack_encrypted_helpers.py": INTERNALS.format("__forward_if_needed"),
            "tests/unit/keys/test_anoncrypt_keys_selector.py": PRIVATE_KEYS,
            "tests/unit/keys/test_authcrypt_keys_selector.py": PRIVATE_KEYS,
            "tests/unit/keys/test_extract_key.py": PRIVATE_KEYS,
            "tests/unit/keys/test_extract_sign_alg.py": PRIVATE_KEYS,
            "tests/unit/keys/test_sign_keys_selector.py": PRIVATE_KEYS,
        },
    ),
    Suite(
        name="peer-did-python",
        ignored={"tests/test_peer_did_helpers.py": INTERNALS.format("peer_did_helper")},
    ),
    Suite(name="didcomm-demo", folder="didcomm-demo-python"),
    Suite(name="didcomm-messaging-python", arguments=("--override-ini=addopts=", "tests", "examples")),
)

NOTEBOOKS = {"didcomm-hello-world-py": ("HelloWorld.ipynb", "StartConnection.ipynb")}
"""Tutorials that are run cell by cell, by the name of their repository."""
