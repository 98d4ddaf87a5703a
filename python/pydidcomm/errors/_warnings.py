"""Warnings about a message that is packed."""


class UnprovedSenderWarning(UserWarning):
    """The message has `frm` and `pack_encrypted` got no `frm`: the recipient cannot verify the sender."""


class MissingToWarning(UserWarning):
    """The message that `pack_signed` got has no `to`: a recipient that uses `unpack` refuses it by default.

    Anyone could pass it on as if it was meant for another recipient. An out-of-band invitation needs no `to`.
    """


class MessageTypeWarning(UserWarning):
    """`type` is not a Message Type URI; other implementations may refuse the message."""
