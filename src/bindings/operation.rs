//! `Operation`: the core's future, and the questions it leaves.

use std::sync::{Arc, Mutex};

use askar_crypto::buffer::SecretBytes;
use pyo3::IntoPyObjectExt;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::algorithms::SignAlg;
use super::attachment::PyAttachment;
use super::did_document;
use super::elsewhere::{OctetsIn, handle_out, held_in};
use super::forward::{PyForwarded, PyPackedForward};
use super::layer::{KeysOut, RouteOut};
use super::packed::{PyPacked, PyPackedSigned};
use super::public_key::PyPublicKey;
use super::unpack::PyUnpackResult;
use super::v1::{PyV1Forwarded, PyV1Message, PyV1Packed};
use crate::SignatureAlgorithm;
use crate::caller::{Answer, Caller, Question, Surroundings, lock};
use crate::error::{Error, Result};
use crate::message::Attachment;
use crate::operation::{Operation, Step};
use crate::pack::{Packed, PackedForward, PackedSigned};
use crate::receive::Received;
use crate::unpack::{AttachmentSigned, Forwarded};
use crate::v1;

/// Asks for a DID document.
#[pyclass(frozen, get_all, name = "ResolveDid", module = "pydidcomm._core")]
pub(super) struct PyResolveDid {
    /// The DID.
    did: String,
}

/// Asks for secrets.
#[pyclass(frozen, get_all, name = "FindSecrets", module = "pydidcomm._core")]
pub(super) struct PyFindSecrets {
    /// The kids, the preferred first.
    kids: Vec<String>,
    /// Whether all that are held are wanted; otherwise the first will do.
    every: bool,
}

/// Asks a key that lives elsewhere for the raw shared secret with a public key.
#[pyclass(frozen, get_all, name = "Agree", module = "pydidcomm._core")]
pub(super) struct PyAgree {
    /// The object that stands for the key.
    key: Py<PyAny>,
    /// The other party's key.
    public_key: PyPublicKey,
}

/// Asks a key that lives elsewhere for a signature.
#[pyclass(frozen, name = "Sign", module = "pydidcomm._core")]
pub(super) struct PySign {
    key: Py<PyAny>,
    algorithm: SignatureAlgorithm,
    data: Vec<u8>,
}

#[pymethods]
impl PySign {
    /// The object that stands for the key.
    #[getter]
    fn key(&self, py: Python<'_>) -> Py<PyAny> {
        self.key.clone_ref(py)
    }

    /// The algorithm, which fits the key.
    #[getter]
    fn algorithm(&self) -> SignAlg {
        SignAlg(self.algorithm)
    }

    /// What is signed.
    #[getter]
    fn data(&self) -> &[u8] {
        &self.data
    }
}

/// What an operation ends with.
pub(super) enum Outcome {
    Packed(Box<Packed>),
    PackedToEach(Vec<Result<Packed>>),
    PackedForward(PackedForward),
    PackedSigned(PackedSigned),
    Received(Received),
    Attachment(Attachment),
    AttachmentSigned(AttachmentSigned),
    Forwarded(Box<Forwarded>),
    LayerKeys(KeysOut),
    Layer(String),
    Opened(SecretBytes),
    Checked,
    Routes(Vec<RouteOut>),
    V1Packed(Box<v1::Packed>),
    V1Message(Box<v1::Unpacked>),
    V1Forwarded(Box<v1::Forwarded>),
}

/// A running pack or unpack: each call runs to the next question or to the result.
#[pyclass(frozen, name = "Operation", module = "pydidcomm._core")]
pub(super) struct PyOperation(Mutex<Operation<Outcome>>);

impl PyOperation {
    /// An operation that begins with these surroundings, and has not started.
    pub(super) fn prepare<W>(
        surroundings: impl Into<Surroundings>,
        begin: impl FnOnce(Arc<Caller>) -> W,
    ) -> Self
    where
        W: Future<Output = Result<Outcome>> + Send + 'static,
    {
        Self(Mutex::new(Operation::new(surroundings.into(), begin)))
    }

    fn advance<'py>(
        &self,
        py: Python<'py>,
        run: impl FnOnce(&mut Operation<Outcome>) -> Result<Step<Outcome>> + Send,
    ) -> PyResult<Bound<'py, PyAny>> {
        match py.detach(|| run(&mut lock(&self.0)))? {
            Step::Ask(Question::ResolveDid(did)) => PyResolveDid { did }.into_bound_py_any(py),
            Step::Ask(Question::FindSecrets { kids, every }) => {
                PyFindSecrets { kids, every }.into_bound_py_any(py)
            }
            Step::Ask(Question::Agree { key, public_key }) => {
                let key = handle_out(py, &key)?;
                if !key.bind(py).hasattr(intern!(py, "agree"))? {
                    return Err(Error::unsupported("key agreement", "a key that only signs").into());
                }
                PyAgree { key, public_key: PyPublicKey(*public_key) }.into_bound_py_any(py)
            }
            Step::Ask(Question::Sign { key, algorithm, data }) => {
                PySign { key: handle_out(py, &key)?, algorithm, data }.into_bound_py_any(py)
            }
            Step::Done(Outcome::Packed(packed)) => PyPacked::new(*packed).into_bound_py_any(py),
            Step::Done(Outcome::PackedToEach(packed)) => PyPacked::or_errors(py, packed),
            Step::Done(Outcome::PackedForward(packed)) => PyPackedForward(packed).into_bound_py_any(py),
            Step::Done(Outcome::PackedSigned(packed)) => PyPackedSigned(packed).into_bound_py_any(py),
            Step::Done(Outcome::Attachment(attachment)) => PyAttachment(attachment).into_bound_py_any(py),
            Step::Done(Outcome::AttachmentSigned(signed)) => signed.kid().as_str().into_bound_py_any(py),
            Step::Done(Outcome::Received(received)) => PyUnpackResult::from(received).into_bound_py_any(py),
            Step::Done(Outcome::Forwarded(forwarded)) => PyForwarded::new(*forwarded).into_bound_py_any(py),
            Step::Done(Outcome::LayerKeys(keys)) => keys.into_bound_py_any(py),
            Step::Done(Outcome::Layer(text)) => text.into_bound_py_any(py),
            Step::Done(Outcome::Opened(octets)) => PyBytes::new(py, octets.as_ref()).into_bound_py_any(py),
            Step::Done(Outcome::Checked) => py.None().into_bound_py_any(py),
            Step::Done(Outcome::Routes(routes)) => routes.into_bound_py_any(py),
            Step::Done(Outcome::V1Packed(packed)) => PyV1Packed(*packed).into_bound_py_any(py),
            Step::Done(Outcome::V1Message(unpacked)) => PyV1Message(unpacked.into()).into_bound_py_any(py),
            Step::Done(Outcome::V1Forwarded(forwarded)) => {
                PyV1Forwarded::new(*forwarded).into_bound_py_any(py)
            }
        }
    }
}

#[pymethods]
impl PyOperation {
    /// Runs to the first question or to the result.
    fn start<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.advance(py, Operation::start)
    }

    /// Answers ResolveDid with a document's JSON object, a DIDDocument or None, and runs on.
    fn supply_document<'py>(
        &self,
        py: Python<'py>,
        document: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let answer = Answer::Document(did_document::answer(document)?);
        self.advance(py, |operation| operation.supply(answer))
    }

    /// Answers Agree with the raw shared secret, and runs on.
    fn supply_shared_secret<'py>(&self, py: Python<'py>, secret: OctetsIn) -> PyResult<Bound<'py, PyAny>> {
        self.advance(py, |operation| operation.supply(Answer::SharedSecret(secret.0.into())))
    }

    /// Answers Sign with the signature, and runs on.
    fn supply_signature<'py>(&self, py: Python<'py>, signature: OctetsIn) -> PyResult<Bound<'py, PyAny>> {
        self.advance(py, |operation| operation.supply(Answer::Signature(signature.0)))
    }

    /// Answers FindSecrets with pairs of a kid and a Secret, a JWK or a key that lives elsewhere, and runs on.
    fn supply_secrets<'py>(
        &self,
        py: Python<'py>,
        secrets: Vec<(String, Bound<'py, PyAny>)>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let secrets = secrets
            .into_iter()
            .map(|(kid, secret)| held_in(&secret, &kid).map(|secret| (kid, secret)))
            .collect::<PyResult<Vec<_>>>()?;
        self.advance(py, |operation| operation.supply(Answer::Secrets(secrets)))
    }
}
