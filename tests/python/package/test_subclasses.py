"""Classes that an application derives have constructors of their own."""

from __future__ import annotations

from typing import Any

import pytest

import pydidcomm
from pydidcomm import (
    InMemoryReplayWindow,
    InMemorySecrets,
    LocalResolver,
    Secret,
    sync,
)
from support.values import (
    KEY,
)


class MySecrets(InMemorySecrets):
    def __init__(self, folder: str, *, suffix: str) -> None:
        super().__init__([Secret.generate("X25519", kid=KEY)])
        self.folder = folder + suffix


class MyResolver(LocalResolver):
    def __init__(self, folder: str, *, suffix: str) -> None:
        super().__init__(long_forms={})
        self.folder = folder + suffix


class Late(LocalResolver):
    def __init__(self, folder: str) -> None:
        self.folder = folder
        assert self.resolve("did:web:example.com") is None


class MyWindow(InMemoryReplayWindow):
    def __init__(self, folder: str, *, suffix: str) -> None:
        super().__init__(capacity=1)
        self.folder = folder + suffix


class MyPrefixes(pydidcomm.PrefixResolver):
    def __init__(self, folder: str, *, suffix: str) -> None:
        super().__init__({"did:": LocalResolver()})
        self.folder = folder + suffix


class MyParty(sync.DIDCommMessaging):
    def __init__(self, folder: str, *, suffix: str) -> None:
        super().__init__()
        self.folder = folder + suffix


@pytest.mark.parametrize("kind", [MySecrets, MyResolver, MyWindow, MyPrefixes, MyParty])
def test_a_subclass_has_a_constructor_of_its_own(kind: Any) -> None:  # noqa: ANN401, any of them
    assert kind("folder", suffix="!").folder == "folder!"


def test_a_resolver_is_made_once() -> None:
    late: Any = Late("x")
    assert late.folder == "x"
    assert MyResolver("x", suffix="").long_forms == {}
    with pytest.raises(RuntimeError, match="__init__ was called twice"):
        MyResolver("x", suffix="").__init__("y", suffix="")  # type: ignore[misc]
    with pytest.raises(TypeError, match="positional"):
        LocalResolver("folder")  # type: ignore[call-arg]
