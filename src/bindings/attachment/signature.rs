//! Signing attachments, and verifying who signed them, as operations.

use pyo3::prelude::*;

use super::super::argument::{DidIn, Of, flag};
use super::super::bytes_in::BytesIn;
use super::super::context::KnownIn;
use super::super::operation::{Outcome, PyOperation};
use super::PyAttachment;
use crate::message::Attachment;
use crate::pack::{self, DetachedForm};
use crate::unpack;

/// How long what is signed is: the content, or what is inlined.
fn bytes(attachment: &Attachment, content: Option<&[u8]>) -> usize {
    content.map_or_else(|| attachment.member("data").map_or(0, str::len), <[u8]>::len)
}

/// Prepares the signing of an attachment.
#[pyfunction]
#[pyo3(signature = (attachment, sign_frm, content, compact: "bool", known))]
pub(in super::super) fn sign_attachment(
    attachment: Of<'_, PyAttachment>,
    sign_frm: DidIn,
    content: Option<BytesIn>,
    #[pyo3(from_py_with = flag)] compact: bool,
    known: KnownIn<'_>,
) -> PyOperation {
    let attachment = attachment.0.get().0.clone();
    let content = content.map(|content| content.to_vec());
    let DidIn(signer) = sign_frm;
    let form = if compact { DetachedForm::Compact } else { DetachedForm::Flattened };
    let bytes = bytes(&attachment, content.as_deref());
    PyOperation::prepare(known, bytes, |caller| async move {
        let vouched = pack::sign_attachment(&caller, &attachment, &signer, content.as_deref(), form).await?;
        Ok(Outcome::Attachment(vouched))
    })
}

/// Prepares the verification of an attachment.
#[pyfunction]
pub(in super::super) fn verify_attachment(
    attachment: Of<'_, PyAttachment>,
    content: Option<BytesIn>,
    signer: Option<DidIn>,
    known: KnownIn<'_>,
) -> PyOperation {
    let attachment = attachment.0.get().0.clone();
    let content = content.map(|content| content.to_vec());
    let bytes = bytes(&attachment, content.as_deref());
    PyOperation::prepare(known, bytes, |caller| async move {
        let signer = signer.as_ref().map(|DidIn(signer)| signer.did());
        let verified = unpack::verify_attachment(&caller, &attachment, content.as_deref(), signer).await?;
        Ok(Outcome::AttachmentSigned(verified))
    })
}
