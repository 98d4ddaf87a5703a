//! DIDComm v1: `V1Message`, `V1Packed`, `V1Forwarded`, and the operations that yield them.

use std::sync::Arc;

#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::argument::{Of, StrIn, wrong_type};
use super::bytes_in::BytesIn;
use super::errors::misuse;
use super::json::{ObjectIn, ObjectOut, StringsIn, TextIn, is_object};
use super::operation::{Outcome, PyOperation};
use super::public_key::PyPublicKey;
use super::surroundings::KnownIn;
use super::unpack::{ReplayKeyOut, replay_key_out};
use super::unpack_options::PyUnpackOptions;
use super::wire_text::WireText;
use crate::display::listed;
use crate::keys::Verkey;
use crate::receive::{receive_v1, receive_v1_forward};
use crate::v1::{self, Forward, Forwarded, Packed, Unpacked};

/// A message of DIDComm v1, and what was proved about it: no DID is.
///
/// Aries RFC 0019, and RFC 0020 for the JSON object inside.
#[pyclass(frozen, name = "V1Message", module = "pydidcomm.v1")]
pub(super) struct PyV1Message(pub(super) Arc<Unpacked>);

/// An envelope of DIDComm v1, ready for the wire.
#[pyclass(frozen, name = "V1Packed", module = "pydidcomm.v1")]
pub(super) struct PyV1Packed {
    text: WireText,
    to: Vec<Verkey>,
    from: Option<Verkey>,
}

impl From<Packed> for PyV1Packed {
    fn from(packed: Packed) -> Self {
        Self { text: packed.text.into(), to: packed.to, from: packed.from }
    }
}

/// What a mediator of DIDComm v1 is asked to hand on, and to whom; what it carries is proved by nobody yet.
///
/// Aries RFC 0094.
#[pyclass(frozen, name = "V1Forwarded", module = "pydidcomm.v1")]
pub(super) struct PyV1Forwarded {
    forward: Forward,
    unpacked: Arc<Unpacked>,
}

/// What is packed: octets as they are, text, or a JSON object.
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
            return Err(wrong_type(&value, "a str, bytes or a dict"));
        }
        value.extract().map(|ObjectIn(text)| Self(text.into_bytes()))
    }
}

#[pymethods]
impl PyV1Message {
    /// The octets that were packed.
    #[getter]
    fn content(&self) -> &[u8] {
        self.0.content()
    }

    /// The JSON object that was packed.
    ///
    /// Raises MalformedMessageError where the content is anything else.
    fn json(&self) -> PyResult<ObjectOut> {
        Ok(ObjectOut(self.0.json()?.to_owned()))
    }

    /// `@type` of the JSON object; None where there is none.
    #[getter]
    fn r#type(&self) -> Option<String> {
        self.0.text("@type")
    }

    /// `@id` of the JSON object; None where there is none.
    #[getter]
    fn id(&self) -> Option<String> {
        self.0.text("@id")
    }

    /// The sender's verkey in authcrypt; its holder chose the content key for us. None in anoncrypt.
    ///
    /// It proves no DID, and the content only as far as the other recipients of messages to several can be
    /// trusted: DIDComm v1 binds the content key to the sender, and not what is encrypted under it.
    #[getter]
    fn sender_verkey(&self) -> Option<&str> {
        self.0.sender().map(|sender| sender.verkey().as_str())
    }

    /// The verkey of ours that opened it.
    #[getter]
    fn recipient_verkey(&self) -> &str {
        self.0.recipient().as_str()
    }

    /// The verkeys that it says it was encrypted to, ours among them.
    #[getter]
    fn encrypted_to(&self) -> Vec<&str> {
        self.0.encrypted_to().iter().map(String::as_str).collect()
    }

    /// What `ReplayEntry.of` reads (sender, recipient, id, digest, expires_time and delivery).
    #[getter]
    fn replay_key(&self) -> ReplayKeyOut<'_> {
        replay_key_out(self.0.replay_key())
    }

    pub(super) fn __repr__(&self) -> String {
        let sender = self.sender_verkey().unwrap_or("nobody");
        format!("V1Message({} octets from {sender} to {})", self.0.content().len(), self.0.recipient())
    }
}

#[pymethods]
impl PyV1Packed {
    /// The text for the wire, as `str(...)` of this object is too.
    #[getter]
    fn text<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.text.for_python(py)
    }

    fn __str__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.text.for_python(py)
    }

    /// The text for the wire, as the tutorial calls it.
    #[getter]
    fn packed_msg<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.text.for_python(py)
    }

    /// The text for the wire.
    #[getter]
    fn message<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.text.for_python(py)
    }

    /// The media type of the text, "application/didcomm-envelope-enc".
    #[getter]
    fn media_type(&self) -> &'static str {
        v1::MEDIA_TYPE
    }

    /// The verkeys that it was encrypted to.
    #[getter]
    fn to_verkeys(&self) -> Vec<&str> {
        self.to.iter().map(Verkey::as_str).collect()
    }

    /// The verkey that authenticates the sender; None in anoncrypt.
    #[getter]
    fn from_verkey(&self) -> Option<&str> {
        self.from.as_ref().map(Verkey::as_str)
    }

    fn __repr__(&self) -> String {
        format!("V1Packed({} octets to {})", self.text.length(), listed(self.to_verkeys()))
    }
}

impl PyV1Forwarded {
    pub(super) fn new(forwarded: Forwarded) -> Self {
        let Forwarded { forward, unpacked } = forwarded;
        Self { forward, unpacked: Arc::new(unpacked) }
    }
}

#[pymethods]
impl PyV1Forwarded {
    /// Who gets the message next, as the sender wrote it, a verkey, or a DID with or without the name of a key.
    #[getter]
    fn to(&self) -> &str {
        self.forward.to()
    }

    /// The message to hand on, JSON text, as it was inlined.
    #[getter]
    fn message(&self) -> &str {
        self.forward.message()
    }

    /// The forward as any message is received.
    #[getter]
    fn received(&self) -> PyV1Message {
        PyV1Message(Arc::clone(&self.unpacked))
    }

    fn __repr__(&self) -> String {
        format!("V1Forwarded({} octets to {})", self.forward.message().len(), listed([self.forward.to()]))
    }
}

/// Prepares the packing of a message of DIDComm v1.
#[pyfunction]
pub(super) fn v1_pack(
    message: ContentIn,
    to: StringsIn,
    frm: Option<StrIn>,
    known: KnownIn<'_>,
) -> PyResult<PyOperation> {
    let to = verkeys(to)?;
    let sender = frm.map(|StrIn(frm)| Verkey::parse(&frm)).transpose().map_err(misuse)?;
    Ok(PyOperation::prepare(known, message.0.len(), |caller| async move {
        v1::pack(&caller, &message.0, &to, sender.as_ref())
            .await
            .map(|packed| Outcome::V1Packed(Box::new(packed)))
    }))
}

/// Prepares the unpacking of a message of DIDComm v1.
#[pyfunction]
pub(super) fn v1_unpack(
    packed_msg: TextIn,
    options: &Bound<'_, PyUnpackOptions>,
    known: KnownIn<'_>,
) -> PyOperation {
    let options = Arc::clone(&options.get().0);
    PyOperation::prepare(known, packed_msg.0.len(), |caller| async move {
        let unpacked = receive_v1(&caller, &packed_msg.0, &options).await?;
        // where the rest of the work is done, off the event loop
        unpacked.replay_key();
        Ok(Outcome::V1Message(Box::new(unpacked)))
    })
}

/// Prepares the wrapping of an encrypted message for each of the routing keys, the last outermost.
#[pyfunction]
pub(super) fn v1_forward(
    packed_msg: TextIn,
    to: StrIn,
    routing_keys: StringsIn,
    known: KnownIn<'_>,
) -> PyResult<PyOperation> {
    let (StrIn(to), keys) = (to, verkeys(routing_keys)?);
    Ok(PyOperation::prepare(known, packed_msg.0.len(), |caller| async move {
        v1::wrap_in_forward(&caller, &packed_msg.0, &to, &keys)
            .await
            .map(|packed| Outcome::V1Packed(Box::new(packed)))
    }))
}

/// Prepares the unpacking of a forward of DIDComm v1 for the mediator that it is addressed to.
#[pyfunction]
pub(super) fn v1_unpack_forward(
    packed_msg: TextIn,
    options: &Bound<'_, PyUnpackOptions>,
    known: KnownIn<'_>,
) -> PyOperation {
    let options = Arc::clone(&options.get().0);
    PyOperation::prepare(known, packed_msg.0.len(), |caller| async move {
        let forwarded = receive_v1_forward(&caller, &packed_msg.0, &options).await?;
        Ok(Outcome::V1Forwarded(Box::new(forwarded)))
    })
}

/// The verkey of an Ed25519 key.
#[pyfunction]
pub(super) fn v1_verkey(key: Of<'_, PyPublicKey>) -> PyResult<String> {
    Verkey::of(&key.0.get().0).map(|verkey| verkey.to_string()).map_err(misuse)
}

/// The Ed25519 key that a verkey is.
#[pyfunction]
pub(super) fn v1_public_key(verkey: StrIn) -> PyResult<PyPublicKey> {
    Verkey::parse(&verkey).map(|verkey| PyPublicKey(verkey.public_key().clone())).map_err(misuse)
}

fn verkeys(texts: StringsIn) -> PyResult<Vec<Verkey>> {
    texts.0.iter().map(|text| Verkey::parse(text).map_err(misuse)).collect()
}
