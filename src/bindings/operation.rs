//! `Operation`: an operation of the core, run from question to question.

use std::sync::{Arc, Mutex, OnceLock};

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;

use super::answer_reader::AnswerReader;
use super::cost::{EACH, is_long};
use super::question::{Expected, PyLongWork, convert_question};
use super::result::{AnyResult, IntoResult};
use super::thread_pool::{Cancelled, Threads};
use crate::caller::{Answer, Caller, Context, Question, Spread, lock};
use crate::error::{Error, Result};
use crate::operation::{Operation, Step};

/// A running operation: each run returns the next question or the result.
#[pyclass(frozen, name = "Operation", module = "pydidcomm._core")]
pub(super) struct PyOperation(pub(super) Arc<Task>);

/// The core's operation between two runs.
pub(super) struct Task {
    running: Mutex<Running>,
    weight: usize,
    reader: AnswerReader,
    threads: Arc<OnceLock<Threads>>,
    cancelled: Cancelled,
}

struct Running {
    operation: Box<dyn Run>,
    expected: Option<Expected>,
    answer: Option<Answer>,
}

/// An operation of the core with any type of result.
trait Run: Send {
    /// Runs to the next question or to the result.
    fn run(&mut self, answer: Option<Answer>) -> Stop;
}

impl<T: IntoResult> Run for Operation<T> {
    fn run(&mut self, answer: Option<Answer>) -> Stop {
        let step = match answer {
            Some(answer) => self.supply(answer)?,
            None => self.start()?,
        };
        Ok(match step {
            Step::Ask(question) => Step::Ask(question),
            Step::Done(result) => Step::Done(Box::new(result)),
        })
    }
}

/// The outcome of a run.
pub(super) type Stop = Result<Step<AnyResult>>;

impl Task {
    /// Prepares an operation over a payload of this many bytes, in this context, without starting it.
    pub(super) fn prepare<T: IntoResult, W>(
        context: impl Into<Context>,
        bytes: usize,
        begin: impl FnOnce(Arc<Caller>) -> W,
    ) -> Arc<Self>
    where
        W: Future<Output = Result<T>> + Send + 'static,
    {
        let threads: Arc<OnceLock<Threads>> = Arc::default();
        let pool = Arc::clone(&threads);
        let spread: Spread = Box::new(move |count, job| match pool.get() {
            Some(threads) => threads.run_each(count, job),
            None => (0..count).for_each(job),
        });
        let context = Context { spread: Some(spread), ..context.into() };
        let reader = AnswerReader::of(&context);
        let operation = Box::new(Operation::new(context, begin));
        let running = Mutex::new(Running { operation, expected: None, answer: None });
        Arc::new(Self {
            running,
            weight: bytes.saturating_add(EACH),
            reader,
            threads,
            cancelled: Cancelled::default(),
        })
    }

    /// Its duration, as bytes of payload.
    pub(super) fn weight(&self) -> usize {
        self.weight
    }

    /// Reads the answers to its questions.
    pub(super) fn reader(&self) -> &AnswerReader {
        &self.reader
    }

    /// Whether it takes long enough to leave the event loop.
    fn is_long(&self) -> bool {
        is_long(self.weight) || matches!(lock(&self.running).expected, Some(Expected::Leave))
    }

    /// Assigns threads to a long operation.
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
        let permitted = matches!(running.expected, Some(Expected::Leave)).then_some(Answer::Proceed);
        let answer = running.answer.take().or(permitted);
        let stop = running.operation.run(answer);
        if let Ok(Step::Ask(question)) = &stop {
            running.expected = Some(Expected::of(question));
        }
        stop
    }

    /// Runs to the next question for Python or to the result, with long work on these threads.
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

    /// Stores the answer for the next run.
    pub(super) fn supply(&self, answer: Answer) {
        lock(&self.running).answer = Some(answer);
    }
}

impl PyOperation {
    /// Prepares an operation over a payload of this many bytes, in this context, without starting it.
    pub(super) fn prepare<T: IntoResult, W>(
        context: impl Into<Context>,
        bytes: usize,
        begin: impl FnOnce(Arc<Caller>) -> W,
    ) -> Self
    where
        W: Future<Output = Result<T>> + Send + 'static,
    {
        Self(Task::prepare(context, bytes, begin))
    }
}

/// Converts a question or a result to Python.
fn convert_stop(py: Python<'_>, stop: Stop) -> PyResult<Bound<'_, PyAny>> {
    match stop? {
        Step::Ask(question) => convert_question(py, question),
        Step::Done(result) => result.into_result(py),
    }
}

#[pymethods]
impl PyOperation {
    /// Run to the next question or to the result; return LongWork instead if that takes long.
    fn start<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        if self.0.is_long() { PyLongWork.into_bound_py_any(py) } else { self.run(py) }
    }

    /// Run to the next question or to the result, even if that takes long.
    fn run<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.0.give_threads(py);
        let stop = py.detach(|| self.0.compute());
        convert_stop(py, stop)
    }

    /// Cancel the operation: computation that has not started is skipped.
    fn cancel(&self) {
        self.0.cancelled.set();
    }

    /// Answer the pending question, and continue as `start` does.
    ///
    /// The answer is a document's JSON object, a DIDDocument, a Resolved or None; for one kid a Secret, a JWK, an
    /// external key or None, for several kids pairs of a kid and one of these; a shared secret; or a signature.
    fn supply<'py>(&self, py: Python<'py>, answer: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let expected = lock(&self.0.running).expected.take();
        let expected = expected.ok_or(Error::Answer("the operation has no pending question"))?;
        self.0.supply(expected.answer(answer, self.0.reader())?);
        self.start(py)
    }
}
