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

/// A message of DIDComm v1, and the proved facts about it, which never include a DID.
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

/// An unpacked forward of DIDComm v1: the next hop and the payload, about which nothing is proved.
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
        // the delivery must remain the one that a replay window has recorded
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

    /// The content as a JSON object.
    ///
    /// Raises:
    ///     MalformedMessageError: The content is not a JSON object.
    fn json(&self) -> PyResult<ObjectOut> {
        Ok(ObjectOut(self.0.json()?.to_owned()))
    }

    /// `@type` of the JSON object; None if there is none.
    #[getter]
    fn r#type(&self) -> Option<String> {
        self.0.text("@type")
    }

    /// `@id` of the JSON object; None if there is none.
    #[getter]
    fn id(&self) -> Option<String> {
        self.0.text("@id")
    }

    /// The sender's verkey in authcrypt, whose holder chose the content key; None in anoncrypt.
    ///
    /// It never proves a DID. DIDComm v1 binds the content key to the sender, and not the content: of a message to
    /// several recipients, each recipient can forge another content for the others.
    #[getter]
    fn sender_verkey(&self) -> Option<&str> {
        self.0.sender().map(Verkey::as_str)
    }

    /// Our verkey that opened the message.
    #[getter]
    fn recipient_verkey(&self) -> &str {
        self.0.recipient().as_str()
    }

    /// The verkeys of all claimed recipients, including ours.
    #[getter]
    fn encrypted_to<'py>(&'py self, py: Python<'py>) -> PyResult<TupleOut<'py, &'py str>> {
        self.1.read(py, || self.0.encrypted_to().iter().map(String::as_str).collect())
    }

    /// The tuple for `ReplayEntry.of` (sender, recipient, id, digest, expires_time and delivery).
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
        /// The verkeys that the message is encrypted to.
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
    /// The next hop as the sender wrote it, a verkey, or a DID with or without a fragment.
    #[getter]
    fn to(&self) -> &str {
        self.forward.to()
    }

    /// The payload to deliver, as JSON text; `str(...)` of this object is the same.
    #[getter]
    fn text(&self) -> &str {
        self.forward.message()
    }

    fn __str__(&self) -> &str {
        self.forward.message()
    }

    /// The payload, the same as `text`.
    #[getter]
    fn message(&self) -> &str {
        self.forward.message()
    }

    /// The media type of the payload, an envelope of DIDComm v1 or an encrypted message of DIDComm v2.
    #[getter]
    fn media_type(&self) -> &'static str {
        self.forward.media_type()
    }

    /// The forward as a `V1Message`.
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
