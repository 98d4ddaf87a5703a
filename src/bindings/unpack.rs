//! `unpack`, and what it yields: `UnpackResult` and `Metadata`.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyString;

use super::algorithms::{AnonCryptAlg, AuthCryptAlg, SignAlg};
use super::callback::drawn;
use super::form_fault::PyFormFault;
use super::forward::PyForwarded;
use super::json::TextIn;
use super::message::PyMessage;
use super::operation::{Outcome, PyOperation, Task, opened};
use super::relationship::ChangeOut;
use super::room::checked_str;
use super::surroundings::{self, KnownIn};
use super::tuple::TupleOut;
use super::unpack_options::PyUnpackOptions;
use super::warnings::WarningsOut;
use crate::caller::Surroundings;
use crate::did::DidUrl;
use crate::display::quoted;
use crate::memory::check_room;
use crate::receive::Received;
use crate::unpack::{Forwarded, ReplayKey, UnpackOptions, Unpacked};

/// The members of a `ReplayEntry`, but for the time.
pub(super) type ReplayKeyOut<'a> =
    (Option<&'a str>, Option<&'a str>, Option<&'a str>, &'a str, Option<u64>, &'a str);

pub(super) fn replay_key_out(key: &ReplayKey) -> ReplayKeyOut<'_> {
    let delivery = key.delivery(surroundings::random_id);
    let ReplayKey { sender, recipient, id, digest, expires_time, .. } = key;
    (sender.as_deref(), recipient.as_deref(), id.as_deref(), digest, *expires_time, delivery)
}

/// A message, and what was proved about it.
#[pyclass(frozen, weakref, name = "UnpackResult", module = "pydidcomm")]
pub(super) struct PyUnpackResult(pub(super) Arc<Unpacked>, MadeMessage);

/// The message as a Python object, made when it is first read.
pub(super) struct MadeMessage(PyOnceLock<Py<PyMessage>>);

impl Default for MadeMessage {
    fn default() -> Self {
        Self(PyOnceLock::new())
    }
}

impl MadeMessage {
    pub(super) fn read(&self, py: Python<'_>, unpacked: &Unpacked) -> PyResult<Py<PyMessage>> {
        let make = || Py::new(py, PyMessage::from(unpacked.shared_message()));
        self.0.get_or_try_init(py, make).map(|message| message.clone_ref(py))
    }
}

impl From<Arc<Unpacked>> for PyUnpackResult {
    fn from(unpacked: Arc<Unpacked>) -> Self {
        Self(unpacked, MadeMessage::default())
    }
}

/// What was proved about a message; nothing here is merely claimed.
///
/// DIDComm v2.1, sections "Message Layer Addressing Consistency" and "IANA Media Types".
#[pyclass(frozen, name = "Metadata", module = "pydidcomm")]
pub(super) struct PyMetadata(pub(super) Arc<Unpacked>);

#[pymethods]
impl PyUnpackResult {
    /// The plaintext message.
    #[getter]
    fn message(&self, py: Python<'_>) -> PyResult<Py<PyMessage>> {
        self.1.read(py, &self.0)
    }

    /// The DID that is proved to be the sender, by authcrypt or by a signature; None where none is proved.
    ///
    /// `message.frm` is what the message says; only this is proved. See `Metadata.sender` for its form.
    #[getter]
    fn sender(&self) -> Option<&str> {
        self.0.proved_sender()
    }

    /// What was proved about it.
    #[getter]
    fn metadata(&self) -> PyMetadata {
        PyMetadata(Arc::clone(&self.0))
    }

    /// The layers that were opened and who is proved, as a picture for notebooks; without the body.
    fn _repr_svg_(slf: &Bound<'_, Self>) -> PyResult<String> {
        drawn(slf.as_any(), "pydidcomm._envelope_svg", "unpacked_picture")
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
    fn forward(&self) -> PyResult<Option<PyForwarded>> {
        let forward = Forwarded::of(self.0.message())?;
        Ok(forward.map(|forward| PyForwarded::of(forward, Arc::clone(&self.0))))
    }

    /// What the message changes in the relationship with its sender, proved; None where nothing.
    #[getter]
    fn relationship_change(&self) -> Option<ChangeOut> {
        self.0.rotation().map(Into::into)
    }

    /// What `ReplayEntry.of` reads (sender, recipient, id, digest, expires_time and delivery).
    #[getter]
    fn replay_key(&self) -> ReplayKeyOut<'_> {
        replay_key_out(self.0.replay_key())
    }

    fn __repr__(&self) -> String {
        format!("UnpackResult(message={})", quoted(self.0.message().id()))
    }
}

#[pymethods]
impl PyMetadata {
    /// Whether the message arrived encrypted.
    #[getter]
    fn encrypted(&self) -> bool {
        self.0.is_encrypted()
    }

    /// Whether `frm` of the message is proved, by authcrypt or by a signature.
    #[getter]
    fn authenticated(&self) -> bool {
        self.0.sender().is_some() || self.0.signer().is_some()
    }

    /// The DID that is proved to be the sender, by authcrypt or by a signature; None where none is proved.
    ///
    /// It has one form for one party, whichever the message has: the short form of a did:peer:4, and the
    /// did:peer:2 of a did:peer:3 that the resolver knows. See `same_party` for other comparisons.
    #[getter]
    fn sender(&self) -> Option<&str> {
        self.0.proved_sender()
    }

    /// The long form of `sender`, where that is a did:peer:4 and the message or the resolver has it.
    ///
    /// The peer writes its short form from its second message on, which resolves only where the long form is
    /// known: keep it with the contact, or see `long_forms` of `LocalResolver`.
    #[getter]
    fn sender_long_form(&self) -> Option<&str> {
        self.0.sender_long_form()
    }

    /// The DID of ours that the message was encrypted to, in the form that `sender` has; None in the open.
    #[getter]
    fn recipient(&self) -> Option<&str> {
        self.0.recipient()
    }

    /// Whether `frm` of the message can be proved to others too, by a signature.
    #[getter]
    fn non_repudiation(&self) -> bool {
        self.0.signer().is_some()
    }

    /// Whether the envelope hid the sender from everybody but the recipient.
    #[getter]
    fn anonymous_sender(&self) -> bool {
        self.0.hides_sender()
    }

    /// The sender's key in authcrypt; its DID is `frm` of the message.
    #[getter]
    fn encrypted_from(&self) -> Option<&str> {
        self.0.sender().map(|sender| sender.kid().as_str())
    }

    /// The keys that the message was encrypted to.
    #[getter]
    fn encrypted_to(&self) -> Option<Vec<&str>> {
        self.0.encrypted_to().map(|kids| kids.iter().map(DidUrl::as_str).collect())
    }

    /// The key of ours that opened the message.
    #[getter]
    fn recipient_kid(&self) -> Option<&str> {
        self.0.recipient_kid().map(DidUrl::as_str)
    }

    /// The key that signed; its DID is `frm` of the message.
    #[getter]
    fn sign_from(&self) -> Option<&str> {
        self.0.signer().map(|signer| signer.kid().as_str())
    }

    /// The key of the prior DID that signed `from_prior`.
    #[getter]
    fn from_prior_issuer_kid(&self) -> Option<&str> {
        self.0.rotation().map(|rotation| rotation.issuer_kid().as_str())
    }

    /// The verified `from_prior` token as it arrived.
    #[getter]
    fn from_prior_jwt(&self) -> Option<&str> {
        self.0.rotation().map(crate::unpack::RotationProved::jwt)
    }

    /// The content encryption of the authcrypt layer.
    #[getter]
    fn enc_alg_auth(&self) -> Option<AuthCryptAlg> {
        self.0.authcrypt().map(AuthCryptAlg)
    }

    /// The content encryption of the anoncrypt layer.
    #[getter]
    fn enc_alg_anon(&self) -> Option<AnonCryptAlg> {
        self.0.anoncrypt().map(AnonCryptAlg)
    }

    /// The algorithm of the signature.
    #[getter]
    fn sign_alg(&self) -> Option<SignAlg> {
        self.0.signature_algorithm().map(SignAlg)
    }

    /// The signed layer as it arrived, JSON text that a third party can verify.
    #[getter]
    fn signed_message<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyString>>> {
        self.0.signed_message().map(|text| checked_str(py, text)).transpose()
    }

    /// Whether a mediator had wrapped the message once more, in a forward to us that was opened with it.
    #[getter]
    fn re_wrapped_in_forward(&self) -> bool {
        self.0.was_in_forward()
    }

    /// What is unusual about the message and no reason to refuse it, texts, each with a `code`.
    ///
    /// One with the code `WarningCode.UNPROVED_FROM` says that `frm` of the message is not proved.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<WarningsOut<'py>> {
        WarningsOut::of(py, self.0.warnings())
    }

    /// The parts of the message that were read as absent, because their form is not the specification's.
    ///
    /// Empty unless `UnpackConfig.tolerate_form_faults` is on.
    #[getter]
    fn form_faults<'py>(&self, py: Python<'py>) -> PyResult<TupleOut<'py, PyFormFault>> {
        TupleOut::of(py, self.0.message().form_faults().iter().cloned().map(PyFormFault).collect())
    }

    /// Whether `expires_time` of the message had come when it was unpacked.
    #[getter]
    fn expired(&self) -> bool {
        self.0.is_expired()
    }

    /// The proved facts as a table for notebooks.
    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        drawn(slf.as_any(), "pydidcomm._html", "metadata_table")
    }

    fn __repr__(&self) -> String {
        let (encrypted, authenticated) = (self.encrypted(), self.authenticated());
        let python = |value: bool| if value { "True" } else { "False" };
        format!("Metadata(encrypted={}, authenticated={})", python(encrypted), python(authenticated))
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
    surroundings: impl Into<Surroundings>,
) -> Arc<Task> {
    let options = Arc::clone(options);
    Task::prepare(surroundings, packed_msg.0.len(), |caller| async move {
        let unpacked = crate::unpack::unpack(&caller, &packed_msg.0, &options).await;
        if let (true, Ok(unpacked)) = (replay_key, &unpacked) {
            check_room(packed_msg.0.len())?;
            unpacked.replay_key();
        }
        let received = unpacked.map(|unpacked| Outcome::Received(Received::V2(Box::new(unpacked))));
        opened(&packed_msg.0, received)
    })
}
