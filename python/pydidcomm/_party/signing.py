"""Sign attachments, and verify their signatures."""

from pydidcomm._core import Attachment
from pydidcomm._driver import operations
from pydidcomm._driver.drive import drive
from pydidcomm._party.party import Party
from pydidcomm.attachments import AttachmentSignature

__all__ = ["Signing"]


class Signing(Party):
    """Signs attachments and verifies their signatures."""

    async def sign_attachment(
        self, attachment: Attachment, *, sign_frm: str, content: bytes | None = None, compact: bool = False
    ) -> Attachment:
        """Sign the content of an attachment; see `pydidcomm.sign_attachment`.

        Args:
            attachment: What to sign: bytes, or links with `content`.
            sign_frm: The signer: a DID, or the DID URL of one of its keys under `authentication`.
            content: The content of an attachment with links.
            compact: Whether `jws` is a compact string instead of an object.

        Returns:
            The attachment with its signature in `jws`.

        Raises:
            ValueError: The attachment is signed already, has `json`, or its content does not match its hash.
            ContentNotFoundError: The attachment has only links, and `content` is None.
            NotFoundError: The signer's DID, key or secret was not found.
            UnsupportedError: None of the signer's keys is on a curve that signs.
        """
        operation = operations.sign_attachment(
            self.resolvers_config, attachment, sign_frm, content, compact=compact
        )
        result: Attachment = await drive(operation, self.resolvers_config)
        return result

    async def verify_attachment(
        self, attachment: Attachment, *, content: bytes | None = None, signer: str | None = None
    ) -> AttachmentSignature:
        """Verify the signature of an attachment; see `pydidcomm.verify_attachment`.

        Args:
            attachment: The signed attachment.
            content: The content fetched from a link. For `json`, the bytes that were signed instead of it.
            signer: The expected signer, for instance `sender` of the message.

        Returns:
            The key, the DID and the algorithm of the signature.

        Raises:
            UntrustedMessageError: The signature names a key of another DID than `signer`.
            InvalidSignatureError: The signature does not verify for this content.
            MalformedMessageError: The signature is missing, or it breaks its specification.
            ContentNotFoundError: The attachment has only links, and `content` is None.
            UnsupportedError: The algorithm is not supported, or the attachment has `json` and no `content`.
            NotFoundError: The signer's DID or key was not found.
        """
        operation = operations.verify_attachment(self.resolvers_config, attachment, content, signer)
        return AttachmentSignature(*await drive(operation, self.resolvers_config))
