//! `Operation`: the core's future, run from question to question.

use std::sync::{Arc, Mutex, OnceLock};

use askar_crypto::buffer::SecretBytes;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;

use super::algorithms::SignAlg;
use super::attachment::PyAttachment;
use super::cost::{EACH, is_long};
use super::errors::undecrypted;
use super::forward::PyPackedForward;
use super::packed::{PyPacked, PyPackedSigned};
use super::primitives::{KeysOut, RouteOut};
use super::question::{Asked, question_out};
use super::room::checked_bytes;
use super::thread_pool::{Cancelled, Threads};
use super::unpack_result::{PyForwarded, PyUnpackResult};
use super::v1::{PyV1Forwarded, PyV1Message, PyV1Packed};
use crate::caller::{Answer, Caller, Context, Question, Spread, lock};
use crate::error::{Error, Result};
use crate::inspect::recipient_kids;
use crate::limits::Limits;
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
    /// Not decrypted: the recipient keys that the open header names.
    Undecrypted(Vec<String>),
    Routes(Vec<RouteOut>),
    V1Packed(Box<v1::Packed>),
    V1Message(Box<v1::Unpacked>),
    V1Forwarded(Box<v1::Forwarded>),
}

/// A running pack or unpack: each run leads to the next question or to the result.
#[pyclass(frozen, name = "Operation", module = "pydidcomm._core")]
pub(super) struct PyOperation(pub(super) Arc<Task>);

/// The core's operation between two runs.
pub(super) struct Task {
    running: Mutex<Running>,
    weight: usize,
    most_document_entries: usize,
    threads: Arc<OnceLock<Threads>>,
    cancelled: Cancelled,
}

struct Running {
    operation: Operation<Outcome>,
    asked: Option<Asked>,
    answer: Option<Answer>,
}

/// The outcome of unpacking; one that does not decrypt gets the kids of the open header beside its constant text.
pub(super) fn opened(packed: &str, outcome: Result<Outcome>) -> Result<Outcome> {
    match outcome {
        Err(Error::Decryption) => Ok(Outcome::Undecrypted(recipient_kids(packed, &Limits::default()))),
        outcome => outcome,
    }
}

/// What a run has led to.
pub(super) type Stop = Result<Step<Outcome>>;

impl Task {
    /// An operation over a payload of so many bytes that begins with these context, and has not started.
    pub(super) fn prepare<W>(
        context: impl Into<Context>,
        bytes: usize,
        begin: impl FnOnce(Arc<Caller>) -> W,
    ) -> Arc<Self>
    where
        W: Future<Output = Result<Outcome>> + Send + 'static,
    {
        let threads: Arc<OnceLock<Threads>> = Arc::default();
        let given = Arc::clone(&threads);
        let spread: Spread = Box::new(move |count, job| match given.get() {
            Some(threads) => threads.each(count, job),
            None => (0..count).for_each(job),
        });
        let context = Context { spread: Some(spread), ..context.into() };
        let most_document_entries = context.most_document_entries;
        let operation = Operation::new(context, begin);
        let running = Mutex::new(Running { operation, asked: None, answer: None });
        Arc::new(Self {
            running,
            weight: bytes.saturating_add(EACH),
            most_document_entries,
            threads,
            cancelled: Cancelled::default(),
        })
    }

    /// How long it takes, in bytes of payload.
    pub(super) fn weight(&self) -> usize {
        self.weight
    }

    /// The most entries of a document that it is answered with.
    pub(super) fn most_document_entries(&self) -> usize {
        self.most_document_entries
    }

    /// Whether it takes so long that an event loop is left for it.
    fn is_long(&self) -> bool {
        is_long(self.weight) || matches!(lock(&self.running).asked, Some(Asked::Leave))
    }

    /// Gives it threads, if it takes long.
    fn give_threads(&self, py: Python<'_>) {
        if self.is_long() {
            self.threads.get_or_init(|| Threads::of(py, None, &self.cancelled));
        }
    }

    /// Runs to the next question or to the result, without Python.
    pub(super) fn compute(&self) -> Stop {
        if self.cancelled.get() {
            return Err(Error::Answer("the operation was cancelled"));
        }
        let mut running = lock(&self.running);
        let stop = match running.answer.take() {
            Some(answer) => running.operation.supply(answer),
            None => running.operation.start(),
        };
        if let Ok(Step::Ask(question)) = &stop {
            running.asked = Some(Asked::of(question));
        }
        stop
    }

    /// Runs to the next question that is for Python, and does long work on these threads.
    pub(super) fn compute_on(&self, threads: &Threads) -> Stop {
        loop {
            match self.compute() {
                Ok(Step::Ask(Question::LongWork)) => {
                    self.threads.get_or_init(|| threads.clone());
                    self.supply(Answer::Proceed);
                }
                stop => return stop,
            }
        }
    }

    /// Notes what the next run begins with.
    pub(super) fn supply(&self, answer: Answer) {
        lock(&self.running).answer = Some(answer);
    }
}

impl PyOperation {
    /// An operation over a payload of so many bytes that begins with these context, and has not started.
    pub(super) fn prepare<W>(
        context: impl Into<Context>,
        bytes: usize,
        begin: impl FnOnce(Arc<Caller>) -> W,
    ) -> Self
    where
        W: Future<Output = Result<Outcome>> + Send + 'static,
    {
        Self(Task::prepare(context, bytes, begin))
    }
}

/// A question or a result as Python sees it.
fn stop_out(py: Python<'_>, stop: Stop) -> PyResult<Bound<'_, PyAny>> {
    match stop? {
        Step::Ask(question) => question_out(py, question),
        Step::Done(outcome) => outcome_out(py, outcome),
    }
}

/// A result as Python sees it.
pub(super) fn outcome_out(py: Python<'_>, outcome: Outcome) -> PyResult<Bound<'_, PyAny>> {
    match outcome {
        Outcome::Packed(packed) => PyPacked::new(*packed).into_bound_py_any(py),
        Outcome::PackedToEach(packed) => PyPacked::or_errors(py, packed),
        Outcome::PackedForward(packed) => PyPackedForward::from(packed).into_bound_py_any(py),
        Outcome::PackedSigned(packed) => PyPackedSigned::from(packed).into_bound_py_any(py),
        Outcome::Attachment(attachment) => PyAttachment::from(attachment).into_bound_py_any(py),
        Outcome::AttachmentSigned(signed) => {
            (signed.kid().as_str(), signed.did(), SignAlg(signed.algorithm())).into_bound_py_any(py)
        }
        Outcome::Received(Received::V2(unpacked)) => {
            PyUnpackResult::from(unpacked.into_report()).into_bound_py_any(py)
        }
        Outcome::Received(Received::V1(unpacked)) | Outcome::V1Message(unpacked) => {
            PyV1Message::from(unpacked.into_report()).into_bound_py_any(py)
        }
        Outcome::Forwarded(forwarded) => PyForwarded::new(py, *forwarded)?.into_bound_py_any(py),
        Outcome::LayerKeys(keys) => keys.into_bound_py_any(py),
        Outcome::Layer(text) => text.into_bound_py_any(py),
        Outcome::Opened(bytes) => checked_bytes(py, bytes.as_ref())?.into_bound_py_any(py),
        Outcome::Undecrypted(kids) => Err(undecrypted(kids)),
        Outcome::Checked => py.None().into_bound_py_any(py),
        Outcome::Routes(routes) => routes.into_bound_py_any(py),
        Outcome::V1Packed(packed) => PyV1Packed::from(*packed).into_bound_py_any(py),
        Outcome::V1Forwarded(forwarded) => PyV1Forwarded::new(py, *forwarded)?.into_bound_py_any(py),
    }
}

#[pymethods]
impl PyOperation {
    /// Whether it takes so long that an event loop is left for it.
    #[getter]
    fn long(&self) -> bool {
        self.0.is_long()
    }

    /// Runs to the next question or to the result.
    fn run<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.0.give_threads(py);
        let stop = py.detach(|| self.0.compute());
        stop_out(py, stop)
    }

    /// Withdraws the operation: computation that has not begun is skipped.
    fn cancel(&self) {
        self.0.cancelled.set();
    }

    /// Answers the question that a run led to: with a document's JSON object, a DIDDocument or None; with pairs of
    /// a kid and a Secret, a JWK or a key that lives elsewhere; with a shared secret; with a signature; LongWork
    /// with anything.
    fn supply(&self, answer: &Bound<'_, PyAny>) -> PyResult<()> {
        let asked = lock(&self.0.running).asked;
        let asked = asked.ok_or(Error::Answer("the operation waits for no answer"))?;
        self.0.supply(asked.answer(answer, self.0.most_document_entries)?);
        Ok(())
    }
}
