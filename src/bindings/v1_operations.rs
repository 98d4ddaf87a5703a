//! DIDComm v1: the operations that yield `V1Message`, `V1Packed` and `V1Forwarded`.

#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::argument::{Of, StrIn, StringsIn, type_error};
use super::bytes_in::BytesIn;
use super::context::ContextIn;
use super::errors::misuse;
use super::json::{ObjectIn, is_object};
use super::operation::PyOperation;
use super::public_key::PyPublicKey;
use super::text_in::TextIn;
use super::unpack::prepare_opening;
use super::unpack_options::PyUnpackOptions;
use crate::keys::Verkey;
use crate::receive::{receive_v1, receive_v1_forward};
use crate::v1;

/// The content to pack: bytes, text, or a JSON object.
pub(super) struct ContentIn(Vec<u8>);

impl<'py> FromPyObject<'_, 'py> for ContentIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = <TextIn as FromPyObject<'_, '_>>::INPUT_TYPE;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Some(bytes) = BytesIn::of(&value)? {
            return Ok(Self(bytes.to_vec()));
        }
        if value.cast::<PyString>().is_ok() {
            return value.extract().map(|StrIn(text)| Self(text.into_bytes()));
        }
        if !is_object(&value) {
            return Err(type_error(&value, "a str, bytes or a dict"));
        }
        value.extract().map(|ObjectIn(text)| Self(text.into_bytes()))
    }
}

/// Prepare to pack a message of DIDComm v1.
#[pyfunction]
pub(super) fn v1_pack(
    message: ContentIn,
    to: StringsIn,
    frm: Option<StrIn>,
    known: ContextIn<'_>,
) -> PyResult<PyOperation> {
    let to = verkeys(to)?;
    let sender = frm.map(|StrIn(frm)| Verkey::parse(&frm)).transpose().map_err(misuse)?;
    Ok(PyOperation::prepare(known, message.0.len(), |caller| async move {
        v1::pack(&caller, &message.0, &to, sender.as_ref()).await
    }))
}

/// Prepare to unpack a message of DIDComm v1.
#[pyfunction]
pub(super) fn v1_unpack(
    packed_msg: TextIn,
    options: &Bound<'_, PyUnpackOptions>,
    known: ContextIn<'_>,
) -> PyOperation {
    prepare_opening(known, packed_msg, options, |caller, packed, options| async move {
        let unpacked = receive_v1(&caller, &packed, &options).await?;
        // computed here, with the rest of the work, off the event loop
        unpacked.replay_key();
        Ok(unpacked)
    })
}

/// Prepare to wrap an encrypted message for each of the routing keys, the last outermost.
#[pyfunction]
pub(super) fn v1_forward(
    packed_msg: TextIn,
    to: StrIn,
    routing_keys: StringsIn,
    known: ContextIn<'_>,
) -> PyResult<PyOperation> {
    let (StrIn(to), keys) = (to, verkeys(routing_keys)?);
    Ok(PyOperation::prepare(known, packed_msg.0.len(), |caller| async move {
        v1::wrap_in_forward(&caller, &packed_msg.0, &to, &keys).await
    }))
}

/// Prepare to unpack a forward of DIDComm v1, as the mediator that it is addressed to.
#[pyfunction]
pub(super) fn v1_unpack_forward(
    packed_msg: TextIn,
    options: &Bound<'_, PyUnpackOptions>,
    known: ContextIn<'_>,
) -> PyOperation {
    prepare_opening(known, packed_msg, options, |caller, packed, options| async move {
        receive_v1_forward(&caller, &packed, &options).await
    })
}

/// The verkey of an Ed25519 key.
#[pyfunction]
pub(super) fn v1_verkey(key: Of<'_, PyPublicKey>) -> PyResult<String> {
    Verkey::of(&key.0.get().0).map(|verkey| verkey.to_string()).map_err(misuse)
}

/// The Ed25519 key of a verkey.
#[pyfunction]
pub(super) fn v1_public_key(verkey: StrIn) -> PyResult<PyPublicKey> {
    Verkey::parse(&verkey).map(|verkey| PyPublicKey(verkey.public_key().clone())).map_err(misuse)
}

fn verkeys(texts: StringsIn) -> PyResult<Vec<Verkey>> {
    texts.0.iter().map(|text| Verkey::parse(text).map_err(misuse)).collect()
}
