//! DIDComm v1: `V1Message`, `V1Packed`, `V1Forwarded`.

use std::sync::Arc;

use askar_crypto::buffer::SecretBytes;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString, PyTuple};

use super::cached_str::WireText;
use super::json::ObjectOut;
use super::result::IntoResult;
use super::system;
use super::tuple::{OnceTuple, TupleOut};
use super::unpack_result::{ReplayKeyOut, convert_replay_key};
use super::value::{Reduced, Value, hash_of};
use super::wire_text::wire_text_methods;
use crate::display::list_ids;
use crate::error::Result;
use crate::keys::Verkey;
use crate::v1::{self, Forward, Forwarded, Packed, Report, Unpacked};

/// A message of DIDComm v1, and what was proved about it: never a DID.
///
/// Aries RFC 0019, and RFC 0020 for the JSON object inside.
#[pyclass(frozen, eq, weakref, name = "V1Message", module = "pydidcomm.v1")]
#[derive(PartialEq)]
pub(super) struct PyV1Message(Arc<Report>, OnceTuple);

impl From<Report> for PyV1Message {
    fn from(report: Report) -> Self {
        Self(Arc::new(report), OnceTuple::default())
    }
}

/// An envelope of DIDComm v1, ready for the wire.
#[pyclass(frozen, eq, weakref, name = "V1Packed", module = "pydidcomm.v1")]
#[derive(PartialEq)]
pub(super) struct PyV1Packed {
    text: WireText,
    to: Vec<Verkey>,
    from: Option<Verkey>,
    made: OnceTuple,
}

impl From<Packed> for PyV1Packed {
    fn from(packed: Packed) -> Self {
        Self { text: packed.text.into(), to: packed.to, from: packed.from, made: OnceTuple::default() }
    }
}

/// What a mediator of DIDComm v1 hands on, and to which verkey; the content is not proved yet.
///
/// Aries RFC 0094.
#[pyclass(frozen, weakref, name = "V1Forwarded", module = "pydidcomm.v1")]
pub(super) struct PyV1Forwarded {
    forward: Forward,
    received: Py<PyV1Message>,
}

impl IntoResult for Packed {
    fn into_result(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        PyV1Packed::from(*self).into_bound_py_any(py)
    }
}

impl IntoResult for Unpacked {
    fn into_result(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        PyV1Message::from(self.into_report()).into_bound_py_any(py)
    }
}

impl IntoResult for Forwarded {
    fn into_result(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { forward, unpacked } = *self;
        let received = Py::new(py, PyV1Message::from(unpacked.into_report()))?;
        PyV1Forwarded { forward, received }.into_bound_py_any(py)
    }
}

fn verkeys(texts: &[String]) -> Result<Vec<Verkey>> {
    texts.iter().map(|text| Verkey::parse(text)).collect()
}

impl Value for PyV1Message {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let report = self.0.as_ref();
        let delivery = report.replay_key().delivery(system::random_id);
        (
            PyBytes::new(py, report.content()),
            report.recipient().as_str(),
            report.encrypted_to(),
            report.sender().map(Verkey::as_str),
            report.nesting(),
            delivery,
        )
            .into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        type Parts<'py> = (Bound<'py, PyBytes>, String, Vec<String>, Option<String>, usize, String);
        let (content, recipient, to, sender, nesting, delivery): Parts<'_> = parts.extract()?;
        let content = SecretBytes::from_slice(content.as_bytes());
        let sender = sender.map(|sender| Verkey::parse(&sender)).transpose()?;
        let report = Report::new(content, Verkey::parse(&recipient)?, to, sender, nesting);
        // the delivery stays the one that a replay window knows
        report.replay_key().delivery(|| delivery);
        Ok(report.into())
    }
}

impl Value for PyV1Packed {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let to: Vec<_> = self.to.iter().map(Verkey::as_str).collect();
        (self.text.to_python(py)?, to, self.from_verkey()).into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (text, to, from): (Bound<'_, PyString>, Vec<String>, Option<String>) = parts.extract()?;
        let from = from.map(|from| Verkey::parse(&from)).transpose()?;
        Ok(Self { text: text.try_into()?, to: verkeys(&to)?, from, made: OnceTuple::default() })
    }
}

impl Value for PyV1Forwarded {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (self.to(), self.message(), self.received(py)).into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (to, message, received): (String, String, Bound<'_, PyV1Message>) = parts.extract()?;
        Ok(Self { forward: Forward::new(to, message), received: received.unbind() })
    }
}

#[pymethods]
impl PyV1Message {
    /// The bytes that were packed.
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
    /// It never proves a DID, and the content only as far as the other recipients of messages to several can be
    /// trusted: DIDComm v1 binds the content key to the sender, and not what is encrypted under it.
    #[getter]
    fn sender_verkey(&self) -> Option<&str> {
        self.0.sender().map(Verkey::as_str)
    }

    /// The verkey of ours that opened it.
    #[getter]
    fn recipient_verkey(&self) -> &str {
        self.0.recipient().as_str()
    }

    /// The verkeys that it says it was encrypted to, ours among them.
    #[getter]
    fn encrypted_to<'py>(&'py self, py: Python<'py>) -> PyResult<TupleOut<'py, &'py str>> {
        self.1.read(py, || self.0.encrypted_to().iter().map(String::as_str).collect())
    }

    /// What `ReplayEntry.of` reads (sender, recipient, id, digest, expires_time and delivery).
    #[getter]
    fn replay_key(&self) -> ReplayKeyOut<'_> {
        convert_replay_key(self.0.replay_key())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        Reduced::of(slf)
    }

    fn __hash__(&self) -> u64 {
        hash_of(self.0.content())
    }

    fn __repr__(&self) -> String {
        let sender = self.sender_verkey().unwrap_or("none");
        format!("V1Message({} bytes from {sender} to {})", self.0.content().len(), self.0.recipient())
    }
}

wire_text_methods!(
    PyV1Packed,
    text.to_python,
    v1::MEDIA_TYPE,
    "The media type of the text, \"application/didcomm-envelope-enc\".",
    "The text for the wire.",
    {
        /// The verkeys that it was encrypted to.
        #[getter]
        fn to_verkeys<'py>(&'py self, py: Python<'py>) -> PyResult<TupleOut<'py, &'py str>> {
            self.made.read(py, || self.to.iter().map(Verkey::as_str).collect())
        }

        /// The verkey that authenticates the sender; None in anoncrypt.
        #[getter]
        fn from_verkey(&self) -> Option<&str> {
            self.from.as_ref().map(Verkey::as_str)
        }

        fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
            Reduced::of(slf)
        }

        fn __hash__(&self) -> u64 {
            hash_of((self.text.length(), self.from_verkey()))
        }

        fn __repr__(&self) -> String {
            format!(
                "V1Packed({} bytes to {})",
                self.text.length(),
                list_ids(self.to.iter().map(Verkey::as_str))
            )
        }
    }
);

#[pymethods]
impl PyV1Forwarded {
    /// Who gets the message next, as the sender wrote it, a verkey, or a DID with or without the name of a key.
    #[getter]
    fn to(&self) -> &str {
        self.forward.to()
    }

    /// The message to hand on, JSON text, as it was inlined; `str(...)` of this object is too.
    #[getter]
    fn text(&self) -> &str {
        self.forward.message()
    }

    fn __str__(&self) -> &str {
        self.forward.message()
    }

    /// The same text.
    #[getter]
    fn message(&self) -> &str {
        self.forward.message()
    }

    /// The media type of the text, that of an envelope of DIDComm v1, or of an encrypted message of DIDComm v2.
    #[getter]
    fn media_type(&self) -> &'static str {
        self.forward.media_type()
    }

    /// The forward as any message is received.
    #[getter]
    fn received(&self, py: Python<'_>) -> Py<PyV1Message> {
        self.received.clone_ref(py)
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.forward == other.forward && self.received.get() == other.received.get()
    }

    fn __hash__(&self) -> u64 {
        hash_of(self.forward.to())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        Reduced::of(slf)
    }

    fn __repr__(&self) -> String {
        format!("V1Forwarded({} bytes to {})", self.forward.message().len(), list_ids([self.forward.to()]))
    }
}
