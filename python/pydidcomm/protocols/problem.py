"""Exceptions of protocols: problems to report to the peer, and misuse of a protocol by the program.

The codes follow DIDComm v2.1, section "Problem Codes".

Example:
    >>> from pydidcomm.protocols.problem import Problem
    >>> comment = "Unable to use the {1} endpoint for {2}."
    >>> problem = Problem("e.p.xfer.cant-use-endpoint", comment, ["https", "bob"])
    >>> str(problem)
    'e.p.xfer.cant-use-endpoint: Unable to use the https endpoint for bob.'
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from pydidcomm._core import sanitize

__all__ = ["LocalProtocolError", "Problem", "RemoteProtocolError", "rendered"]

_CODE: Final = re.compile(r"[ew](\.[a-z][a-z0-9]*(-[a-z0-9]+)*){1,16}")
_PLACEHOLDER: Final = re.compile(r"\{(\d{1,4})\}")


class Problem(Exception):  # noqa: N818, the specification's word
    """A problem to report to the peer: raise it in a handler or a protocol to send a problem report.

    Attributes:
        code: The problem code: `e` or `w`, the scope `p`, `m` or a state, then descriptors.
        comment: The text for display, the same for all problems of the code; `{1}` is the first of `args`.
        args: The values of the placeholders in the comment.
        escalate_to: A URI for further help.

    Raises:
        ValueError: `code` breaks the grammar of the specification.
    """

    def __init__(
        self,
        code: str,
        comment: str | None = None,
        args: Iterable[str] = (),
        escalate_to: str | None = None,
    ) -> None:
        if not _CODE.fullmatch(code):
            problem = (
                f"`code` must be like e.p.xfer.cant-use-endpoint (sorter, scope, descriptors), got {code!r}"
            )
            raise ValueError(problem)
        super().__init__(code)
        self.code = code
        self.comment = comment
        self.args = tuple(args)
        self.escalate_to = escalate_to

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), (self.code, self.comment, self.args, self.escalate_to)

    def __str__(self) -> str:
        text = rendered(self.comment or "", self.args)
        return sanitize(f"{self.code}: {text}" if text else self.code)


class RemoteProtocolError(Problem):
    """The peer breaks the protocol: a wrong state, a wrong role, a malformed message."""


class LocalProtocolError(ValueError):
    """The program misuses a protocol: a message that cannot begin a thread, or the thread of another peer."""


def rendered(comment: str, args: Sequence[str | None]) -> str:
    """The comment with its placeholders filled in.

    A missing argument becomes `?`, and one without a placeholder is appended. DIDComm v2.1, section "Problem
    Reports".

    Args:
        comment: The text with placeholders; `{1}` stands for the first argument.
        args: The arguments.

    Example:
        >>> from pydidcomm.protocols.problem import rendered
        >>> rendered("Unable to use the {1} endpoint for {2}.", ["https", None, "retry"])
        'Unable to use the https endpoint for ?., retry'
    """
    used = {int(number) for number in _PLACEHOLDER.findall(comment)}

    def argument(found: re.Match[str]) -> str:
        number = int(found[1])
        value = args[number - 1] if 1 <= number <= len(args) else None
        return "?" if value is None else value

    text = _PLACEHOLDER.sub(argument, comment)
    others = [value for number, value in enumerate(args, 1) if number not in used and value is not None]
    return ", ".join([text, *others] if text else others)
