//! `unpack`, and what it yields: `UnpackResult`.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyTuple;

use super::callback::drawn;
use super::context::KnownIn;
use super::forward::PyForwarded;
use super::message::PyMessage;
use super::metadata::PyMetadata;
use super::operation::{Outcome, PyOperation, Task, opened};
use super::relationship::ChangeOut;
use super::system;
use super::text_in::TextIn;
use super::unpack_options::PyUnpackOptions;
use super::value::{Reduced, Value, hash_of};
use crate::caller::Context;
use crate::display::quoted;
use crate::memory::check_room;
use crate::receive::Received;
use crate::replay_key::ReplayKey;
use crate::unpack::{Forwarded, Report, UnpackOptions};

/// The members of a `ReplayEntry`, but for the time.
pub(super) type ReplayKeyOut<'a> =
    (Option<&'a str>, Option<&'a str>, Option<&'a str>, &'a str, Option<u64>, &'a str);

pub(super) fn replay_key_out(key: &ReplayKey) -> ReplayKeyOut<'_> {
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
        drawn(slf.as_any(), "pydidcomm.inspection._svg", "unpacked_picture")
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
                .map(|forward| Py::new(py, PyForwarded::of(py, forward, Arc::clone(&self.0).into())?))
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
        replay_key_out(self.0.replay_key())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        Reduced::of(slf)
    }

    fn __hash__(&self) -> u64 {
        hash_of(self.0.message.id())
    }

    fn __repr__(&self) -> String {
        format!("UnpackResult(message={})", quoted(self.0.message.id()))
    }
}

/// Prepares the unpacking of a message.
#[pyfunction]
pub(super) fn unpack(
    packed_msg: TextIn,
    options: &Bound<'_, PyUnpackOptions>,
    replay_key: bool,
    known: KnownIn<'_>,
) -> PyOperation {
    PyOperation(unpacking(packed_msg, &options.get().0, replay_key, known))
}

/// Prepares the unpacking of a message of DIDComm v2 or of v1, whichever it is.
#[pyfunction]
pub(super) fn receive(
    packed_msg: TextIn,
    options: &Bound<'_, PyUnpackOptions>,
    replay_key: bool,
    known: KnownIn<'_>,
) -> PyOperation {
    let options = Arc::clone(&options.get().0);
    PyOperation::prepare(known, packed_msg.0.len(), |caller| async move {
        let received = crate::receive::receive(&caller, &packed_msg.0, &options).await;
        if let (true, Ok(received)) = (replay_key, &received) {
            check_room(packed_msg.0.len())?;
            received.replay_key();
        }
        opened(&packed_msg.0, received.map(Outcome::Received))
    })
}

/// The unpacking of a message of DIDComm v2.
///
/// The digest of a long message is computed with the rest of the work, where a replay window wants it.
pub(super) fn unpacking(
    packed_msg: TextIn,
    options: &Arc<UnpackOptions>,
    replay_key: bool,
    context: impl Into<Context>,
) -> Arc<Task> {
    let options = Arc::clone(options);
    Task::prepare(context, packed_msg.0.len(), |caller| async move {
        let unpacked = crate::unpack::unpack(&caller, &packed_msg.0, &options).await;
        if let (true, Ok(unpacked)) = (replay_key, &unpacked) {
            check_room(packed_msg.0.len())?;
            unpacked.replay_key();
        }
        let received = unpacked.map(|unpacked| Outcome::Received(Received::V2(Box::new(unpacked))));
        opened(&packed_msg.0, received)
    })
}
