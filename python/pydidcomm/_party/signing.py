"""Sign attachments, and verify their signatures."""

from pydidcomm._core import Attachment
from pydidcomm._driver import operations
from pydidcomm._driver.drive import drive
from pydidcomm._party.party import Party
from pydidcomm.attachments import AttachmentSignature


class Signing(Party):
    """Signs attachments and verifies their signatures."""

    async def sign_attachment(
        self, attachment: Attachment, *, sign_frm: str, content: bytes | None = None, compact: bool = False
    ) -> Attachment:
        """The attachment with a detached signature over its content; see `pydidcomm.sign_attachment`."""
        operation = operations.sign_attachment(
            self.resolvers_config, attachment, sign_frm, content, compact=compact
        )
        result: Attachment = await drive(operation, self.resolvers_config)
        return result

    async def verify_attachment(
        self, attachment: Attachment, *, content: bytes | None = None, signer: str | None = None
    ) -> AttachmentSignature:
        """Verify the signature of an attachment; see `pydidcomm.verify_attachment`."""
        operation = operations.verify_attachment(self.resolvers_config, attachment, content, signer)
        return AttachmentSignature(*await drive(operation, self.resolvers_config))
