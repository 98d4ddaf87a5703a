"""Warnings about a message to pack."""

__all__ = ["MessageTypeWarning", "MissingToWarning", "UnprovedSenderWarning"]


class UnprovedSenderWarning(UserWarning):
    """The message has `frm`, but `pack_encrypted` was called without: the sender will not be proved."""


class MissingToWarning(UserWarning):
    """The message for `pack_signed` has no `to`: `unpack` of the recipient refuses it by default.

    Every reader could pass it on as a message to another recipient. An out-of-band invitation needs no `to`.
    """


class MessageTypeWarning(UserWarning):
    """`type` is not a Message Type URI; other implementations may refuse the message."""
