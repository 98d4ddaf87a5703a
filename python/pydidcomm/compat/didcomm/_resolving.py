"""Adapt the resolvers of an application written for `didcomm` to pydidcomm."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, TypeVar

import pydidcomm
from pydidcomm._driver.event_loop import is_awaitable
from pydidcomm.compat.didcomm._original_errors import original_error
from pydidcomm.compat.didcomm.common.resolvers import ResolversConfig
from pydidcomm.compat.didcomm.errors import SecretNotFoundError
from pydidcomm.compat.didcomm.secrets.secrets_resolver import Secret, read

__all__ = ["run", "run_with_each"]


_T = TypeVar("_T")

_SERVICE = "DIDCommMessaging"
_PROFILE = "didcomm/v2"


async def run(
    resolvers: ResolversConfig,
    do: Callable[[pydidcomm.ResolversConfig], Awaitable[_T]],
    *,
    own_kids: Collection[str | None] | None = None,
    kid: str | None = None,
) -> _T:
    """Run `do` with these resolvers, and raise the exceptions of `didcomm`.

    `own_kids` are the caller's own keys for packing; None for unpacking. With `kid`, only the secret with
    that kid is available.
    """
    own = _Resolvers(resolvers, kid)
    try:
        return await do(pydidcomm.ResolversConfig(secrets_resolver=own, did_resolver=own))
    except Exception as error:
        other = error if error is own.raised else original_error(error, packing=own_kids is not None)
        # the original looks for the secret of such a key first, then for the key in the document
        if isinstance(error, pydidcomm.KeyNotFoundError) and error.kid in (own_kids or ()):
            other = other if await own.get_key(error.kid) else SecretNotFoundError(str(error))
        if other is error:
            raise
        raise other from error


async def run_with_each(
    resolvers: ResolversConfig,
    do: Callable[[pydidcomm.ResolversConfig], Awaitable[_T]],
    encrypted_to: Callable[[_T], Sequence[str] | None],
    *,
    every: bool,
) -> _T:
    """Unpack a message; with `every`, each available secret must decrypt it."""
    result = await run(resolvers, do)
    kids = [*(encrypted_to(result) or ())] if every else []
    if kids:
        for kid in await resolvers.secrets_resolver.get_keys(kids):
            result = await run(resolvers, do, kid=kid)
    return result


class _Resolvers:
    """Adapts both resolvers, and stores the exception that they raised."""

    def __init__(self, resolvers: ResolversConfig, kid: str | None) -> None:
        self._resolvers = resolvers
        self._kid = kid
        self.raised: Exception | None = None

    async def resolve(self, did: str) -> dict[str, Any] | None:
        document = await self._answer(self._resolvers.did_resolver.resolve, did)
        return None if document is None else _document_of(document)

    async def get_key(self, kid: str) -> Any:  # noqa: ANN401
        secret = await self._answer(self._resolvers.secrets_resolver.get_key, kid)
        return read(secret) if isinstance(secret, Secret) else secret

    async def get_keys(self, kids: list[str]) -> list[str]:
        found = [*await self._answer(self._resolvers.secrets_resolver.get_keys, kids)]
        return found if self._kid is None or self._kid not in found else [self._kid]

    async def _answer(self, ask: Callable[[Any], Any], about: Any) -> Any:  # noqa: ANN401
        try:
            answer = ask(about)
            return await answer if is_awaitable(answer) else answer
        except Exception as error:
            self.raised = error
            raise


def _document_of(document: Any) -> Any:  # noqa: ANN401
    """Return the JSON object of a document, with the service types of the specification."""
    if not hasattr(document, "model_dump"):
        return document
    members = document.model_dump(mode="json", exclude_none=True, by_alias=True, warnings=False)
    for service in members.get("service", []):
        # the original checks the profile only, and pydid writes the type "did-communication" by default
        if _PROFILE in (service.get("accept") or ()):
            service["type"] = _SERVICE
    return members
