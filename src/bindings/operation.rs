//! `Operation`: the core's future, run from question to question.

use std::sync::{Arc, Mutex};

use askar_crypto::buffer::SecretBytes;
use pyo3::IntoPyObjectExt;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::attachment::PyAttachment;
use super::did_document;
use super::elsewhere::{OctetsIn, handle_out, held_in};
use super::forward::{PyForwarded, PyPackedForward};
use super::layer::{KeysOut, RouteOut};
use super::packed::{PyPacked, PyPackedSigned};
use super::pool;
use super::public_key::PyPublicKey;
use super::question::{PyAgree, PyFindSecrets, PyResolveDid, PySign};
use super::unpack::PyUnpackResult;
use super::v1::{PyV1Forwarded, PyV1Message, PyV1Packed};
use crate::caller::{Answer, Caller, Question, Surroundings, lock};
use crate::error::{Error, Result};
use crate::message::Attachment;
use crate::operation::{Operation, Step};
use crate::pack::{Packed, PackedForward, PackedSigned};
use crate::receive::Received;
use crate::unpack::{AttachmentSigned, Forwarded};
use crate::v1;

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

/// A running pack or unpack: each run leads to the next question or to the result.
#[pyclass(frozen, name = "Operation", module = "pydidcomm._core")]
pub(super) struct PyOperation {
    running: Mutex<Running>,
    weight: usize,
}

/// The core's operation, and the answer that it runs on with.
struct Running {
    operation: Operation<Outcome>,
    answer: Option<Answer>,
}

/// What a run has led to.
pub(super) type Stop = Result<Step<Outcome>>;

/// What an operation costs whatever its size, in octets of payload that take as long: some 50 microseconds.
pub(super) const EACH: usize = 16 * 1024;

/// How heavy long work is: it takes about a millisecond, ten times what it takes to leave an event loop.
const LONG: usize = 256 * 1024;

/// Whether work of that weight is long.
pub(super) fn is_long(weight: usize) -> bool {
    weight >= LONG
}

impl PyOperation {
    /// An operation over a payload of so many octets that begins with these surroundings, and has not started.
    pub(super) fn prepare<W>(
        surroundings: impl Into<Surroundings>,
        octets: usize,
        begin: impl FnOnce(Arc<Caller>) -> W,
    ) -> Self
    where
        W: Future<Output = Result<Outcome>> + Send + 'static,
    {
        let operation = Operation::new(surroundings.into(), begin);
        let weight = octets.saturating_add(EACH);
        Self { running: Mutex::new(Running { operation, answer: None }), weight }
    }

    /// How long it takes, in octets of payload.
    pub(super) fn weight(&self) -> usize {
        self.weight
    }

    /// Runs to the next question or to the result, without Python.
    pub(super) fn compute(&self) -> Stop {
        let mut running = lock(&self.running);
        match running.answer.take() {
            Some(answer) => running.operation.supply(answer),
            None => running.operation.start(),
        }
    }

    fn answer(&self, answer: Answer) {
        lock(&self.running).answer = Some(answer);
    }
}

/// A question or a result as Python sees it.
pub(super) fn stop_out(py: Python<'_>, stop: Stop) -> PyResult<Bound<'_, PyAny>> {
    match stop? {
        Step::Ask(question) => question_out(py, question),
        Step::Done(outcome) => outcome_out(py, outcome),
    }
}

fn question_out(py: Python<'_>, question: Question) -> PyResult<Bound<'_, PyAny>> {
    match question {
        Question::ResolveDid(did) => PyResolveDid { did }.into_bound_py_any(py),
        Question::FindSecrets { kids, every } => PyFindSecrets { kids, every }.into_bound_py_any(py),
        Question::Agree { key, public_key } => {
            let key = handle_out(py, &key)?;
            if !key.bind(py).hasattr(intern!(py, "agree"))? {
                return Err(Error::unsupported("key agreement", "a key that only signs").into());
            }
            PyAgree { key, public_key: PyPublicKey(*public_key) }.into_bound_py_any(py)
        }
        Question::Sign { key, algorithm, data } => {
            PySign { key: handle_out(py, &key)?, algorithm, data }.into_bound_py_any(py)
        }
    }
}

fn outcome_out(py: Python<'_>, outcome: Outcome) -> PyResult<Bound<'_, PyAny>> {
    match outcome {
        Outcome::Packed(packed) => PyPacked::new(*packed).into_bound_py_any(py),
        Outcome::PackedToEach(packed) => PyPacked::or_errors(py, packed),
        Outcome::PackedForward(packed) => PyPackedForward::from(packed).into_bound_py_any(py),
        Outcome::PackedSigned(packed) => PyPackedSigned::from(packed).into_bound_py_any(py),
        Outcome::Attachment(attachment) => PyAttachment(attachment).into_bound_py_any(py),
        Outcome::AttachmentSigned(signed) => signed.kid().as_str().into_bound_py_any(py),
        Outcome::Received(received) => PyUnpackResult::from(received).into_bound_py_any(py),
        Outcome::Forwarded(forwarded) => PyForwarded::new(*forwarded).into_bound_py_any(py),
        Outcome::LayerKeys(keys) => keys.into_bound_py_any(py),
        Outcome::Layer(text) => text.into_bound_py_any(py),
        Outcome::Opened(octets) => PyBytes::new(py, octets.as_ref()).into_bound_py_any(py),
        Outcome::Checked => py.None().into_bound_py_any(py),
        Outcome::Routes(routes) => routes.into_bound_py_any(py),
        Outcome::V1Packed(packed) => PyV1Packed::from(*packed).into_bound_py_any(py),
        Outcome::V1Message(unpacked) => PyV1Message(unpacked.into()).into_bound_py_any(py),
        Outcome::V1Forwarded(forwarded) => PyV1Forwarded::new(*forwarded).into_bound_py_any(py),
    }
}

#[pymethods]
impl PyOperation {
    /// Whether it takes so long that an event loop is left for it.
    #[getter]
    fn long(&self) -> bool {
        is_long(self.weight)
    }

    /// Runs to the next question or to the result.
    fn run<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let stop = py.detach(|| self.compute());
        stop_out(py, stop)
    }

    /// The same on a thread of the pool: a future of the running asyncio loop.
    fn run_on_pool(slf: Bound<'_, Self>) -> PyResult<Bound<'_, PyAny>> {
        let py = slf.py();
        let operation = slf.unbind();
        pool::leave(py, move || operation.get().compute(), |py, stop| stop_out(py, stop).map(Bound::unbind))
    }

    /// Answers ResolveDid with a document's JSON object, a DIDDocument or None.
    fn supply_document(&self, document: &Bound<'_, PyAny>) -> PyResult<()> {
        self.answer(Answer::Document(did_document::answer(document)?));
        Ok(())
    }

    /// Answers a question as another operation was just answered that had asked the same.
    fn supply_same(&self, other: &Self) {
        let answer = lock(&other.running).answer.clone();
        lock(&self.running).answer = answer;
    }

    /// Answers Agree with the raw shared secret.
    fn supply_shared_secret(&self, secret: OctetsIn) {
        self.answer(Answer::SharedSecret(secret.0.into()));
    }

    /// Answers Sign with the signature.
    fn supply_signature(&self, signature: OctetsIn) {
        self.answer(Answer::Signature(signature.0));
    }

    /// Answers FindSecrets with pairs of a kid and a Secret, a JWK or a key that lives elsewhere.
    fn supply_secrets(&self, secrets: Vec<(String, Bound<'_, PyAny>)>) -> PyResult<()> {
        let secrets = secrets.into_iter().map(|(kid, secret)| Ok((kid.clone(), held_in(&secret, &kid)?)));
        self.answer(Answer::Secrets(secrets.collect::<PyResult<_>>()?));
        Ok(())
    }
}
