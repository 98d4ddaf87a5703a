//! `unpack`, and what it yields: `UnpackResult` and `Metadata`.

use std::sync::Arc;

use pyo3::exceptions::{PyNotImplementedError, PyTypeError};
use pyo3::prelude::*;

use super::algorithms::{AnonCryptAlg, AuthCryptAlg, SignAlg};
use super::callback::call_python;
use super::json::TextIn;
use super::message::PyMessage;
use super::operation::{Outcome, PyOperation, Task};
use super::relationship::ChangeOut;
use super::surroundings::KnownIn;
use super::unpack_options::PyUnpackOptions;
use super::v1::PyV1Message;
use super::warnings::WarningsOut;
use crate::caller::Surroundings;
use crate::did::DidUrl;
use crate::receive::{Received, receive};
use crate::unpack::{UnpackOptions, Unpacked};
use crate::v1;

/// A message of either version, shared by all that tell of it.
#[derive(Clone)]
pub(super) enum Shared {
    V2(Arc<Unpacked>),
    V1(Arc<v1::Unpacked>),
}

/// A message, and what was proved about it.
#[pyclass(frozen, name = "UnpackResult", module = "pydidcomm")]
pub(super) struct PyUnpackResult(pub(super) Shared);

/// What was proved about a message; nothing here is merely claimed.
///
/// DIDComm v2.1, sections "Message Layer Addressing Consistency" and "IANA Media Types".
#[pyclass(frozen, name = "Metadata", module = "pydidcomm")]
pub(super) struct PyMetadata(pub(super) Shared);

impl Shared {
    fn v2(&self) -> Option<&Unpacked> {
        match self {
            Self::V2(unpacked) => Some(unpacked),
            Self::V1(_) => None,
        }
    }
}

impl From<Received> for PyUnpackResult {
    fn from(received: Received) -> Self {
        Self(match received {
            Received::V2(unpacked) => Shared::V2(Arc::from(unpacked)),
            Received::V1(unpacked) => Shared::V1(Arc::from(unpacked)),
        })
    }
}

#[pymethods]
impl PyUnpackResult {
    /// The plaintext message.
    ///
    /// Raises TypeError for a message of DIDComm v1, which has other headers: see `v1`.
    #[getter]
    fn message(&self) -> PyResult<PyMessage> {
        let unpacked =
            self.0.v2().ok_or_else(|| PyTypeError::new_err("a message of DIDComm v1: it is in v1"))?;
        Ok(PyMessage(unpacked.message().clone()))
    }

    /// The message of DIDComm v1, which `UnpackConfig.accept_v1` let in; None for one of v2.
    #[getter]
    fn v1(&self) -> Option<PyV1Message> {
        match &self.0 {
            Shared::V2(_) => None,
            Shared::V1(unpacked) => Some(PyV1Message(Arc::clone(unpacked))),
        }
    }

    /// The DID that is proved to be the sender, by authcrypt or by a signature; None where none is proved.
    ///
    /// `message.frm` is what the message says; only this is proved. See `Metadata.sender` for its form.
    #[getter]
    fn sender(&self) -> Option<&str> {
        self.0.v2()?.proved_sender()
    }

    /// What was proved about it.
    #[getter]
    fn metadata(&self) -> PyMetadata {
        PyMetadata(self.0.clone())
    }

    /// The layers that were opened and who is proved, as a picture for notebooks; without the body.
    ///
    /// Raises NotImplementedError, which notebooks take for none, for DIDComm v1.
    fn _repr_svg_(slf: &Bound<'_, Self>) -> PyResult<String> {
        slf.get().0.v2().ok_or_else(|| PyNotImplementedError::new_err("no picture of DIDComm v1"))?;
        let py = slf.py();
        let picture =
            || py.import("pydidcomm._envelope_svg")?.call_method1("unpacked_picture", (slf,))?.extract();
        call_python(py, picture)
    }

    /// What the message changes in the relationship with its sender, proved; None where nothing.
    #[getter]
    fn relationship_change(&self) -> Option<ChangeOut> {
        self.0.v2()?.rotation().map(Into::into)
    }

    /// What tells the message from all others: its proved sender and its id.
    ///
    /// Where no sender is proved it is None and a hash of the plaintext, which is the same however the
    /// envelope is written; so it is in DIDComm v1, beside the sender's verkey.
    #[getter]
    fn replay_key(&self) -> (Option<String>, String) {
        match &self.0 {
            Shared::V2(unpacked) => unpacked.replay_key(),
            Shared::V1(unpacked) => unpacked.replay_key(),
        }
    }

    fn __repr__(&self) -> String {
        match &self.0 {
            Shared::V2(unpacked) => format!("UnpackResult(message='{}')", unpacked.message().id()),
            Shared::V1(unpacked) => {
                format!("UnpackResult(v1={})", PyV1Message(Arc::clone(unpacked)).__repr__())
            }
        }
    }
}

#[pymethods]
impl PyMetadata {
    /// The version of DIDComm that the message is written in: 2, or 1 where `UnpackConfig.accept_v1` let it in.
    #[getter]
    fn version(&self) -> u8 {
        match &self.0 {
            Shared::V2(_) => 2,
            Shared::V1(_) => 1,
        }
    }

    /// Whether the message arrived encrypted.
    #[getter]
    fn encrypted(&self) -> bool {
        self.0.v2().is_none_or(Unpacked::is_encrypted)
    }

    /// Whether `frm` of the message is proved, by authcrypt or by a signature.
    ///
    /// In DIDComm v1 whether `v1.sender_verkey` is, by authcrypt: no DID is proved there.
    #[getter]
    fn authenticated(&self) -> bool {
        match &self.0 {
            Shared::V2(unpacked) => unpacked.sender().is_some() || unpacked.signer().is_some(),
            Shared::V1(unpacked) => unpacked.sender().is_some(),
        }
    }

    /// The DID that is proved to be the sender, by authcrypt or by a signature; None where none is proved.
    ///
    /// It has one form for one party, whichever the message has: the short form of a did:peer:4, and the
    /// did:peer:2 of a did:peer:3 that the resolver knows. See `same_party` for other comparisons.
    #[getter]
    fn sender(&self) -> Option<&str> {
        self.0.v2()?.proved_sender()
    }

    /// The long form of `sender`, where that is a did:peer:4 and the message or the resolver has it.
    ///
    /// The peer writes its short form from its second message on, which resolves only where the long form is
    /// known: keep it with the contact, or see `long_forms` of `LocalResolver`.
    #[getter]
    fn sender_long_form(&self) -> Option<&str> {
        self.0.v2()?.sender_long_form()
    }

    /// The DID of ours that the message was encrypted to, in the form that `sender` has; None in the open.
    #[getter]
    fn recipient(&self) -> Option<&str> {
        self.0.v2()?.recipient()
    }

    /// Whether `frm` of the message can be proved to others too, by a signature.
    #[getter]
    fn non_repudiation(&self) -> bool {
        self.0.v2().is_some_and(|unpacked| unpacked.signer().is_some())
    }

    /// Whether the envelope hid the sender from everybody but the recipient.
    #[getter]
    fn anonymous_sender(&self) -> bool {
        self.0.v2().is_some_and(Unpacked::hides_sender)
    }

    /// The sender's key in authcrypt; its DID is `frm` of the message.
    #[getter]
    fn encrypted_from(&self) -> Option<&str> {
        self.0.v2()?.sender().map(|sender| sender.kid().as_str())
    }

    /// The keys that the message was encrypted to.
    #[getter]
    fn encrypted_to(&self) -> Option<Vec<&str>> {
        self.0.v2()?.encrypted_to().map(|kids| kids.iter().map(DidUrl::as_str).collect())
    }

    /// The key of ours that opened the message.
    #[getter]
    fn recipient_kid(&self) -> Option<&str> {
        self.0.v2()?.recipient_kid().map(DidUrl::as_str)
    }

    /// The key that signed; its DID is `frm` of the message.
    #[getter]
    fn sign_from(&self) -> Option<&str> {
        self.0.v2()?.signer().map(|signer| signer.kid().as_str())
    }

    /// The key of the prior DID that signed `from_prior`.
    #[getter]
    fn from_prior_issuer_kid(&self) -> Option<&str> {
        self.0.v2()?.rotation().map(|rotation| rotation.issuer_kid().as_str())
    }

    /// The verified `from_prior` token as it arrived.
    #[getter]
    fn from_prior_jwt(&self) -> Option<&str> {
        self.0.v2()?.rotation().map(crate::unpack::RotationProved::jwt)
    }

    /// The content encryption of the authcrypt layer.
    #[getter]
    fn enc_alg_auth(&self) -> Option<AuthCryptAlg> {
        self.0.v2()?.authcrypt().map(AuthCryptAlg)
    }

    /// The content encryption of the anoncrypt layer.
    #[getter]
    fn enc_alg_anon(&self) -> Option<AnonCryptAlg> {
        self.0.v2()?.anoncrypt().map(AnonCryptAlg)
    }

    /// The algorithm of the signature.
    #[getter]
    fn sign_alg(&self) -> Option<SignAlg> {
        self.0.v2()?.signature_algorithm().map(SignAlg)
    }

    /// The signed layer as it arrived: JSON text that a third party can verify.
    #[getter]
    fn signed_message(&self) -> Option<&str> {
        self.0.v2()?.signed_message()
    }

    /// Whether a mediator had wrapped the message once more, in a forward to us that was opened with it.
    #[getter]
    fn re_wrapped_in_forward(&self) -> bool {
        self.0.v2().is_some_and(Unpacked::was_in_forward)
    }

    /// What is unusual about the message and no reason to refuse it: texts, each with a `code`.
    ///
    /// One with the code `WarningCode.UNPROVED_FROM` says that `frm` of the message is not proved.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<WarningsOut<'py>> {
        let warnings = self.0.v2().map(Unpacked::warnings).unwrap_or_default();
        WarningsOut::of(py, warnings)
    }

    /// Whether `expires_time` of the message had come when it was unpacked.
    #[getter]
    fn expired(&self) -> bool {
        self.0.v2().is_some_and(Unpacked::is_expired)
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
    known: KnownIn<'_>,
) -> PyOperation {
    PyOperation(unpacking(packed_msg, &options.get().0, known))
}

/// The unpacking of a message, of one version or the other.
pub(super) fn unpacking(
    packed_msg: TextIn,
    options: &Arc<UnpackOptions>,
    surroundings: impl Into<Surroundings>,
) -> Arc<Task> {
    let options = Arc::clone(options);
    Task::prepare(surroundings, packed_msg.0.len(), |caller| async move {
        receive(&caller, &packed_msg.0, &options).await.map(Outcome::Received)
    })
}
