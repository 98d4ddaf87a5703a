//! Unpacked messages: `UnpackResult`, and `Forwarded` if the message is a forward. Each refers to the other.

use std::sync::Arc;

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyTuple;

use super::argument::DidIn;
use super::attachment::PyAttachment;
use super::callback::draw_picture;
use super::message::PyMessage;
use super::metadata::PyMetadata;
use super::relationship::ChangeOut;
use super::result::IntoResult;
use super::system;
use super::tuple::{OnceTuple, TupleOut};
use super::value::{Reduced, Value, hash_of};
use crate::display::{list_ids, quote};
use crate::replay_key::ReplayKey;
use crate::routing::Forward;
use crate::unpack::{Forwarded, Report, Unpacked};

/// The members of a `ReplayEntry`, except for the time.
pub(super) type ReplayKeyOut<'a> =
    (Option<&'a str>, Option<&'a str>, Option<&'a str>, &'a str, Option<u64>, &'a str);

pub(super) fn convert_replay_key(key: &ReplayKey) -> ReplayKeyOut<'_> {
    let delivery = key.delivery(system::random_id);
    let ReplayKey { sender, recipient, id, digest, expires_time, .. } = key;
    (sender.as_deref(), recipient.as_deref(), id.as_deref(), digest, *expires_time, delivery)
}

/// A message, and the proved facts about it.
#[pyclass(frozen, eq, weakref, name = "UnpackResult", module = "pydidcomm")]
#[derive(PartialEq)]
pub(super) struct PyUnpackResult(pub(super) Arc<Report>, Made);

/// The parts of a result as Python objects, created on first access.
struct Made {
    message: PyOnceLock<Py<PyMessage>>,
    metadata: PyOnceLock<Py<PyMetadata>>,
    forward: PyOnceLock<Option<Py<PyForwarded>>>,
}

/// The parts follow from the report, which is compared.
impl PartialEq for Made {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl From<Report> for PyUnpackResult {
    fn from(report: Report) -> Self {
        Arc::new(report).into()
    }
}

impl From<Arc<Report>> for PyUnpackResult {
    fn from(report: Arc<Report>) -> Self {
        let made =
            Made { message: PyOnceLock::new(), metadata: PyOnceLock::new(), forward: PyOnceLock::new() };
        Self(report, made)
    }
}

impl IntoResult for Unpacked {
    fn into_result(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        PyUnpackResult::from(self.into_report()).into_bound_py_any(py)
    }
}

impl Value for PyUnpackResult {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (self.metadata(py)?,).into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (metadata,): (Bound<'_, PyMetadata>,) = parts.extract()?;
        Ok(Arc::clone(metadata.get().report()).into())
    }
}

#[pymethods]
impl PyUnpackResult {
    /// The plaintext message.
    #[getter]
    pub(super) fn message(&self, py: Python<'_>) -> PyResult<Py<PyMessage>> {
        let make = || Py::new(py, PyMessage::from(Arc::clone(&self.0.message)));
        self.1.message.get_or_try_init(py, make).map(|message| message.clone_ref(py))
    }

    /// The DID of the sender that authcrypt or a signature proves; None if no sender is proved.
    ///
    /// `message.frm` is only a claim. See `Metadata.sender` for the form of the DID.
    #[getter]
    fn sender(&self) -> Option<&str> {
        self.0.sender.as_deref()
    }

    /// The proved facts about the message.
    #[getter]
    pub(super) fn metadata(&self, py: Python<'_>) -> PyResult<Py<PyMetadata>> {
        let make = || Py::new(py, PyMetadata::from(Arc::clone(&self.0)));
        self.1.metadata.get_or_try_init(py, make).map(|metadata| metadata.clone_ref(py))
    }

    /// The opened layers and the proved sender as a picture for notebooks, without the body.
    fn _repr_svg_(slf: &Bound<'_, Self>) -> PyResult<String> {
        draw_picture(slf.as_any(), "pydidcomm.inspection._svg", "unpacked_picture")
    }

    /// The next hop and the payloads if the message is a forward to a mediator; None for any other message.
    ///
    /// So a mediator unpacks every message only once. A forward to one of our own DIDs is unwrapped already, unless
    /// `UnpackConfig.unwrap_re_wrapping_forward` is False. DIDComm v2.1, section "Mediator Process".
    ///
    /// Raises:
    ///     MalformedMessageError: The forward has no next hop or no payload.
    ///
    /// Example:
    ///     >>> from pydidcomm import Message
    ///     >>> from pydidcomm.sync import DIDCommMessaging
    ///     >>> alice, mediator, bob = DIDCommMessaging(), DIDCommMessaging(), DIDCommMessaging()
    ///     >>> mediator_did = mediator.create_peer_did(service_endpoint="https://mediator.example")
    ///     >>> bob_did = bob.create_peer_did(service_endpoint=mediator_did)
    ///     >>> packed = alice.pack(Message(type="https://example.org/greeting/1.0/hello"), to=bob_did)
    ///     >>> received = mediator.unpack(packed.text)
    ///     >>> received.forward.next == bob_did, bob.unpack(received.forward.messages[0]).forward
    ///     (True, None)
    #[getter]
    fn forward(&self, py: Python<'_>) -> PyResult<Option<Py<PyForwarded>>> {
        let make = || {
            let forward = Forwarded::of(&self.0.message)?;
            forward
                .map(|forward| Py::new(py, PyForwarded::new(py, forward, Arc::clone(&self.0).into())?))
                .transpose()
        };
        let forward = self.1.forward.get_or_try_init(py, make)?;
        Ok(forward.as_ref().map(|forward| forward.clone_ref(py)))
    }

    /// The proved change of the relationship with the sender; None if there is none.
    #[getter]
    fn relationship_change(&self) -> Option<ChangeOut> {
        self.0.rotation.as_ref().map(Into::into)
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
        hash_of(self.0.message.id())
    }

    fn __repr__(&self) -> String {
        format!("UnpackResult(message={})", quote(self.0.message.id()))
    }
}

/// An unpacked forward: the next hop and the payloads, about which nothing is proved.
///
/// DIDComm v2.1, section "Routing Protocol 2.0".
#[pyclass(frozen, weakref, name = "Forwarded", module = "pydidcomm")]
pub(super) struct PyForwarded {
    forward: Forward,
    received: Py<PyUnpackResult>,
    made: ForwardedTuples,
}

/// The collections of a forward as Python objects.
#[derive(Default)]
struct ForwardedTuples {
    messages: OnceTuple,
    links: OnceTuple,
}

impl PyForwarded {
    /// The forward in an unpacked message.
    fn new(py: Python<'_>, forward: Forward, received: PyUnpackResult) -> PyResult<Self> {
        Ok(Self { forward, received: Py::new(py, received)?, made: ForwardedTuples::default() })
    }
}

impl IntoResult for Forwarded {
    fn into_result(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let Self { forward, unpacked } = *self;
        PyForwarded::new(py, forward, unpacked.into_report().into())?.into_bound_py_any(py)
    }
}

impl Value for PyForwarded {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (self.received(py),).into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (received,): (Bound<'_, PyUnpackResult>,) = parts.extract()?;
        let forward = Forward::read(&received.get().0.message)?;
        Ok(Self { forward, received: received.unbind(), made: ForwardedTuples::default() })
    }
}

#[pymethods]
impl PyForwarded {
    /// The next hop as the sender wrote it, a DID or the DID URL of a key.
    #[getter]
    fn next(&self) -> &str {
        self.forward.next()
    }

    /// Whether `next` is this party: the same DID, and if both have a fragment the same key.
    fn goes_to(&self, party: DidIn) -> bool {
        self.forward.goes_to(&party.0)
    }

    /// The payloads to deliver, as JSON texts in the order of the attachments.
    #[getter]
    fn messages<'py>(&'py self, py: Python<'py>) -> PyResult<TupleOut<'py, &'py str>> {
        self.made.messages.read(py, || self.forward.messages().iter().map(String::as_str).collect())
    }

    /// The payloads to fetch before they can be delivered, as attachments with `links` and a `hash`.
    #[getter]
    fn links<'py>(&self, py: Python<'py>) -> PyResult<TupleOut<'py, PyAttachment>> {
        self.made.links.read(py, || self.forward.links().iter().cloned().map(Into::into).collect())
    }

    /// The time after which the delivery is useless, in seconds since the epoch; None if there is none.
    #[getter]
    fn expires_time(&self) -> Option<u64> {
        self.forward.expires_time()
    }

    /// The requested delay of the delivery, a random time from the first to the second number of milliseconds.
    ///
    /// Both numbers are the same if the sender requests a fixed delay; None if it requests none.
    #[getter]
    fn delay_milli(&self) -> Option<(u64, u64)> {
        self.forward.delay().map(|range| (*range.start(), *range.end()))
    }

    /// The forward as an `UnpackResult`.
    #[getter]
    fn received(&self, py: Python<'_>) -> Py<PyUnpackResult> {
        self.received.clone_ref(py)
    }

    /// The forward as a message, with all of its headers.
    #[getter]
    fn message(&self, py: Python<'_>) -> PyResult<Py<PyMessage>> {
        self.received.get().message(py)
    }

    /// The proved facts about the forward; nothing is proved about the payloads.
    #[getter]
    fn metadata(&self, py: Python<'_>) -> PyResult<Py<PyMetadata>> {
        self.received.get().metadata(py)
    }

    fn __eq__(&self, other: &Self) -> bool {
        // the forward follows from its message
        self.received.get().0 == other.received.get().0
    }

    fn __hash__(&self) -> u64 {
        hash_of(self.forward.next())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        Reduced::of(slf)
    }

    fn __repr__(&self) -> String {
        let (messages, links) = (self.forward.messages().len(), self.forward.links().len());
        format!("Forwarded({messages} messages and {links} links to {})", list_ids([self.forward.next()]))
    }
}
