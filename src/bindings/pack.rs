//! Pack messages: a plaintext at once, the others as operations.

#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
#[cfg(feature = "stubs")]
use pyo3::type_hint_union;
use pyo3::types::PyString;

use super::argument::{DidIn, StringsIn};
use super::context::ContextIn;
use super::cost::EACH;
use super::errors::misuse;
use super::message::MessageIn;
use super::operation::PyOperation;
use super::pack_options::{PyPackOptions, PyPackParameters, header_of_kid};
use super::packed::PyPackedPlaintext;
use crate::did::DidUrl;
use crate::message::Message;
use crate::pack;

pub(super) fn party(text: &str) -> PyResult<DidUrl> {
    DidUrl::parse(text).map_err(misuse)
}

/// One recipient, or each of several.
pub(super) enum ToIn {
    One(DidUrl),
    Each(Vec<DidUrl>),
}

impl<'py> FromPyObject<'_, 'py> for ToIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_union!(
        <DidIn as FromPyObject<'_, '_>>::INPUT_TYPE,
        <StringsIn as FromPyObject<'_, '_>>::INPUT_TYPE
    );

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if value.cast::<PyString>().is_ok() {
            return value.extract().map(|DidIn(did)| Self::One(did));
        }
        let StringsIn(_) = value.extract()?;
        let dids = value.try_iter()?.map(|entry| entry?.extract().map(|DidIn(did)| did));
        dids.collect::<PyResult<_>>().map(Self::Each)
    }
}

/// The total length in bytes of the parts of a message that can be long.
fn bytes(message: &Message) -> usize {
    let attached = message.attachments().iter().filter_map(|attachment| attachment.member("data"));
    let custom = message.custom_headers().map(|(_, json)| json);
    attached.chain(custom).fold(message.body().len(), |sum, json| sum.saturating_add(json.len()))
}

/// Pack a plaintext message.
#[pyfunction]
pub(super) fn pack_plaintext(message: MessageIn) -> PyResult<PyPackedPlaintext> {
    Ok(PyPackedPlaintext(pack::pack_plaintext(&message.0)?.into()))
}

/// Prepare to pack a signed message.
#[pyfunction]
pub(super) fn pack_signed(
    message: MessageIn,
    sign_frm: DidIn,
    kid_in: &Bound<'_, PyAny>,
    known: ContextIn<'_>,
) -> PyResult<PyOperation> {
    let MessageIn(message) = message;
    let (DidIn(signer), kid_in) = (sign_frm, header_of_kid(kid_in)?);
    Ok(PyOperation::prepare(known, bytes(&message), |caller| async move {
        pack::pack_signed(&caller, message, &signer, kid_in).await
    }))
}

/// Prepare to pack an encrypted message.
#[pyfunction]
pub(super) fn pack_encrypted(
    message: MessageIn,
    to: ToIn,
    frm: Option<DidIn>,
    sign_frm: Option<DidIn>,
    options: &Bound<'_, PyPackOptions>,
    parameters: &Bound<'_, PyPackParameters>,
    known: ContextIn<'_>,
) -> PyOperation {
    let MessageIn(message) = message;
    let bytes = bytes(&message);
    let [sender, signer] = [frm, sign_frm].map(|did| did.map(|DidIn(did)| did));
    let options = options.get().of_message(parameters.get(), sender, signer);
    match to {
        ToIn::One(to) => PyOperation::prepare(known, bytes, |caller| async move {
            pack::pack_encrypted(&caller, message, &to, &options).await
        }),
        ToIn::Each(to) => {
            let every = bytes.saturating_add(EACH).saturating_mul(to.len());
            PyOperation::prepare(known, every, |caller| async move {
                pack::pack_encrypted_to_each(&caller, message, &to, &options).await
            })
        }
    }
}
