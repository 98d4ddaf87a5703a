//! What unpacking yields: `UnpackResult`, and `Forwarded` where the message is a forward. Each has the other.

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

/// The members of a `ReplayEntry`, but for the time.
pub(super) type ReplayKeyOut<'a> =
    (Option<&'a str>, Option<&'a str>, Option<&'a str>, &'a str, Option<u64>, &'a str);

pub(super) fn convert_replay_key(key: &ReplayKey) -> ReplayKeyOut<'_> {
    let delivery = key.delivery(system::random_id);
    let ReplayKey { sender, recipient, id, digest, expires_time, .. } = key;
    (sender.as_deref(), recipient.as_deref(), id.as_deref(), digest, *expires_time, delivery)
}

/// A message, and what was proved about it.
#[pyclass(frozen, eq, weakref, name = "UnpackResult", module = "pydidcomm")]
#[derive(PartialEq)]
pub(super) struct PyUnpackResult(pub(super) Arc<Report>, Made);

/// What a result consists of, as Python objects that are made when they are first read.
struct Made {
    message: PyOnceLock<Py<PyMessage>>,
    metadata: PyOnceLock<Py<PyMetadata>>,
    forward: PyOnceLock<Option<Py<PyForwarded>>>,
}

/// They are made of the report, which is compared.
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

    /// The DID that is proved to be the sender, by authcrypt or by a signature; None where none is proved.
    ///
    /// `message.frm` is what the message says; only this is proved. See `Metadata.sender` for its form.
    #[getter]
    fn sender(&self) -> Option<&str> {
        self.0.sender.as_deref()
    }

    /// What was proved about it.
    #[getter]
    pub(super) fn metadata(&self, py: Python<'_>) -> PyResult<Py<PyMetadata>> {
        let make = || Py::new(py, PyMetadata::from(Arc::clone(&self.0)));
        self.1.metadata.get_or_try_init(py, make).map(|metadata| metadata.clone_ref(py))
    }

    /// The layers that were opened and who is proved, as a picture for notebooks; without the body.
    fn _repr_svg_(slf: &Bound<'_, Self>) -> PyResult<String> {
        draw_picture(slf.as_any(), "pydidcomm.inspection._svg", "unpacked_picture")
    }

    /// What a mediator is asked to hand on and to whom, where the message is a forward; None where it is not.
    ///
    /// So a mediator unpacks each message once, whatever it is. A forward to ourselves is opened already, unless
    /// `UnpackConfig.unwrap_re_wrapping_forward` is False. DIDComm v2.1, section "Mediator Process".
    ///
    /// Raises MalformedMessageError where the forward lacks the next hop or anything to hand on.
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

    /// What the message changes in the relationship with its sender, proved; None where nothing.
    #[getter]
    fn relationship_change(&self) -> Option<ChangeOut> {
        self.0.rotation.as_ref().map(Into::into)
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
        hash_of(self.0.message.id())
    }

    fn __repr__(&self) -> String {
        format!("UnpackResult(message={})", quote(self.0.message.id()))
    }
}

/// What a mediator hands on, and to which DID; the content is not proved yet.
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
    /// What an unpacked message asks to hand on.
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
    /// Who gets the messages next, as the sender wrote it, a DID, or the id of a key.
    #[getter]
    fn next(&self) -> &str {
        self.forward.next()
    }

    /// Whether `next` is this party: the same DID, and where both name a key the same key.
    fn goes_to(&self, party: DidIn) -> bool {
        self.forward.goes_to(&party.0)
    }

    /// The messages to hand on, JSON texts, as they were attached and in that order.
    #[getter]
    fn messages<'py>(&'py self, py: Python<'py>) -> PyResult<TupleOut<'py, &'py str>> {
        self.made.messages.read(py, || self.forward.messages().iter().map(String::as_str).collect())
    }

    /// The attachments that have to be fetched before they can be handed on, each with `links` and a `hash`.
    #[getter]
    fn links<'py>(&self, py: Python<'py>) -> PyResult<TupleOut<'py, PyAttachment>> {
        self.made.links.read(py, || self.forward.links().iter().cloned().map(Into::into).collect())
    }

    /// When the sender loses interest, in seconds since the epoch; None where it never does.
    #[getter]
    fn expires_time(&self) -> Option<u64> {
        self.forward.expires_time()
    }

    /// How many milliseconds to wait before handing on, a time at random from the first to the second of them.
    ///
    /// Both are the same where the sender asks for a certain time; None where it asks for none.
    #[getter]
    fn delay_milli(&self) -> Option<(u64, u64)> {
        self.forward.delay().map(|range| (*range.start(), *range.end()))
    }

    /// The forward as any message is received.
    #[getter]
    fn received(&self, py: Python<'_>) -> Py<PyUnpackResult> {
        self.received.clone_ref(py)
    }

    /// The forward as a message, with every header that it has.
    #[getter]
    fn message(&self, py: Python<'_>) -> PyResult<Py<PyMessage>> {
        self.received.get().message(py)
    }

    /// What was proved about the forward; it says nothing about the messages inside.
    #[getter]
    fn metadata(&self, py: Python<'_>) -> PyResult<Py<PyMetadata>> {
        self.received.get().metadata(py)
    }

    fn __eq__(&self, other: &Self) -> bool {
        // it is read from its message
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
