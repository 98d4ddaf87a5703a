//! Sign and verify attachments, as operations.

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;

use super::super::algorithms::SignAlg;
use super::super::argument::{DidIn, Of, flag};
use super::super::bytes_in::BytesIn;
use super::super::context::ContextIn;
use super::super::operation::PyOperation;
use super::super::result::IntoResult;
use super::PyAttachment;
use crate::message::Attachment;
use crate::pack::{self, DetachedForm};
use crate::unpack::{self, AttachmentSigned};

impl IntoResult for Attachment {
    fn into_result(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        PyAttachment::from(*self).into_bound_py_any(py)
    }
}

/// The id of the key that signed, its DID, and the algorithm.
impl IntoResult for AttachmentSigned {
    fn into_result(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        (self.kid().as_str(), self.did(), SignAlg(self.algorithm())).into_bound_py_any(py)
    }
}

/// The length of the signed bytes: of `content`, or else of the inlined content.
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
    known: ContextIn<'_>,
) -> PyOperation {
    let attachment = attachment.0.get().0.clone();
    let content = content.map(|content| content.to_vec());
    let DidIn(signer) = sign_frm;
    let form = if compact { DetachedForm::Compact } else { DetachedForm::Flattened };
    let bytes = bytes(&attachment, content.as_deref());
    PyOperation::prepare(known, bytes, |caller| async move {
        pack::sign_attachment(&caller, &attachment, &signer, content.as_deref(), form).await
    })
}

/// Prepares the verification of an attachment.
#[pyfunction]
pub(in super::super) fn verify_attachment(
    attachment: Of<'_, PyAttachment>,
    content: Option<BytesIn>,
    signer: Option<DidIn>,
    known: ContextIn<'_>,
) -> PyOperation {
    let attachment = attachment.0.get().0.clone();
    let content = content.map(|content| content.to_vec());
    let bytes = bytes(&attachment, content.as_deref());
    PyOperation::prepare(known, bytes, |caller| async move {
        let signer = signer.as_ref().map(|DidIn(signer)| signer.did());
        unpack::verify_attachment(&caller, &attachment, content.as_deref(), signer).await
    })
}
