//! `unpack`, and what it yields: `UnpackResult` and `Metadata`.

use std::sync::{Arc, Mutex};

use pyo3::prelude::*;

use super::algorithms::{AnonCryptAlg, AuthCryptAlg, SignAlg};
use super::json::{StringsIn, TextIn, WholeIn};
use super::local_resolver::PyLocalResolver;
use super::message::PyMessage;
use super::operation::{Outcome, PyOperation};
use super::relationship::ChangeOut;
use super::secrets::PyInMemorySecrets;
use super::surroundings::surroundings;
use super::unpack_options::PyUnpackOptions;
use crate::did::DidUrl;
use crate::operation::Operation;
use crate::unpack::{self as core_unpack, Unpacked};

/// A message, and what was proved about it.
#[pyclass(frozen, name = "UnpackResult", module = "pydidcomm")]
pub(super) struct PyUnpackResult(pub(super) Arc<Unpacked>);

/// What was proved about a message; nothing here is merely claimed.
///
/// DIDComm v2.1, sections "Message Layer Addressing Consistency" and "IANA Media Types".
#[pyclass(frozen, name = "Metadata", module = "pydidcomm")]
pub(super) struct PyMetadata(pub(super) Arc<Unpacked>);

impl PyUnpackResult {
    pub(super) fn new(unpacked: Unpacked) -> Self {
        Self(Arc::new(unpacked))
    }
}

#[pymethods]
impl PyUnpackResult {
    /// The plaintext message.
    #[getter]
    fn message(&self) -> PyMessage {
        PyMessage(self.0.message().clone())
    }

    /// What was proved about it.
    #[getter]
    fn metadata(&self) -> PyMetadata {
        PyMetadata(Arc::clone(&self.0))
    }

    /// The layers that were opened and who is proved, as a picture for notebooks; without the body.
    fn _repr_svg_(slf: &Bound<'_, Self>) -> PyResult<String> {
        slf.py().import("pydidcomm._envelope_svg")?.call_method1("unpacked_picture", (slf,))?.extract()
    }

    /// What the message changes in the relationship with its sender, proved; None where nothing.
    #[getter]
    fn relationship_change(&self) -> Option<ChangeOut> {
        self.0.rotation().map(Into::into)
    }

    /// What tells the message from all others: its proved sender and its id.
    ///
    /// Where no sender is proved it is None and a hash of the plaintext, which is the same however the
    /// envelope is written.
    #[getter]
    fn replay_key(&self) -> (Option<String>, String) {
        self.0.replay_key()
    }

    fn __repr__(&self) -> String {
        format!("UnpackResult(message='{}')", self.0.message().id())
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

    /// The DID that is proved to be the sender, by authcrypt or by a signature.
    #[getter]
    fn sender(&self) -> Option<&str> {
        self.0.proved_sender()
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

    /// The signed layer as it arrived: JSON text that a third party can verify.
    #[getter]
    fn signed_message(&self) -> Option<&str> {
        self.0.signed_message()
    }

    /// Whether a mediator had wrapped the message once more, in a forward to us that was opened with it.
    #[getter]
    fn re_wrapped_in_forward(&self) -> bool {
        self.0.was_in_forward()
    }

    /// What is odd about the message and no reason to refuse it, in words.
    #[getter]
    fn warnings(&self) -> Vec<&'static str> {
        self.0.warnings().iter().map(|warning| warning.as_str()).collect()
    }

    /// Whether `expires_time` of the message had come when it was unpacked.
    #[getter]
    fn expired(&self) -> bool {
        self.0.is_expired()
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
    secrets: Option<&Bound<'_, PyInMemorySecrets>>,
    resolver: Option<&Bound<'_, PyLocalResolver>>,
    prefixes: StringsIn,
    now: Option<WholeIn>,
) -> PyOperation {
    let options = Arc::clone(&options.get().0);
    let operation = Operation::new(surroundings(secrets, resolver, prefixes.0, now), |caller| async move {
        let unpacked = core_unpack::unpack(&caller, &packed_msg.0, &options).await?;
        Ok(Outcome::Unpacked(Box::new(unpacked)))
    });
    PyOperation(Mutex::new(operation))
}
