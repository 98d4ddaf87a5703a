//! `Batch`: operations that run together on several threads, and ask each question once.

use std::collections::HashMap;
use std::mem::take;
use std::sync::{Arc, Mutex, OnceLock};

use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

use super::answer_reader::AnswerReader;
use super::context::ContextIn;
use super::cost::is_long;
use super::operation::{PyOperation, Stop, Task};
use super::question::{Expected, convert_question};
use super::result::AnyResult;
use super::text_in::TextIn;
use super::thread_pool::{Cancelled, Threads};
use super::unpack::prepare_unpack;
use super::unpack_options::PyUnpackOptions;
use crate::caller::{Question, ResolveOptions, lock};
use crate::error::Error;
use crate::operation::Step;

/// Independent operations, whose questions are collected.
#[pyclass(frozen, name = "Batch", module = "pydidcomm._core")]
pub(super) struct PyBatch {
    threads: Option<usize>,
    entries: Mutex<Entries>,
    cancelled: Cancelled,
}

#[derive(Default)]
struct Entries {
    all: Vec<Entry>,
    waiting: Vec<Waiting>,
}

/// The state of one operation of the batch.
enum Entry {
    Running(Arc<Task>),
    Done(AnyResult),
    Refused(Error),
    Failed(Py<PyAny>),
}

/// Operations that wait for the same answer, by their indices.
struct Waiting {
    expected: Expected,
    question: Option<Question>,
    places: Vec<usize>,
}

/// The identity of a question: operations with equal questions share the answer. A request to an external key equals no
/// other, because the key may count or confirm each.
#[derive(Eq, Hash, PartialEq)]
enum Sense {
    Did(String, ResolveOptions),
    Secrets(Vec<String>, bool),
    Own(usize),
}

impl Sense {
    fn of(question: &Question, place: usize) -> Self {
        match question {
            Question::ResolveDid { did, options } => Self::Did(did.clone(), *options),
            Question::FindSecrets { kids, every, .. } => Self::Secrets(kids.clone(), *every),
            Question::Agree { .. } | Question::Sign { .. } | Question::LongWork => Self::Own(place),
        }
    }
}

impl Entries {
    fn new(all: Vec<Entry>) -> Mutex<Self> {
        Mutex::new(Self { all, waiting: Vec::new() })
    }

    /// Runs each operation to its next question or to its result, without Python.
    fn compute(&mut self, threads: &Threads) {
        let running: Vec<(usize, &Arc<Task>)> = self
            .all
            .iter()
            .enumerate()
            .filter_map(
                |(place, entry)| if let Entry::Running(task) = entry { Some((place, task)) } else { None },
            )
            .collect();
        let stops: Vec<OnceLock<Stop>> = running.iter().map(|_| OnceLock::new()).collect();
        threads.run_each(running.len(), |turn| {
            if let (Some((_, task)), Some(stop)) = (running.get(turn), stops.get(turn)) {
                // each index runs once, so the cell is empty
                let _ = stop.set(task.compute_on(threads));
            }
        });
        let places: Vec<usize> = running.into_iter().map(|(place, _)| place).collect();
        let mut senses = HashMap::new();
        for (place, stop) in places.into_iter().zip(stops) {
            let entry = match stop.into_inner() {
                Some(Ok(Step::Ask(question))) => {
                    let new = self.waiting.len();
                    let group = *senses.entry(Sense::of(&question, place)).or_insert(new);
                    match self.waiting.get_mut(group) {
                        Some(waiting) => waiting.places.push(place),
                        None => self.waiting.push(Waiting {
                            expected: Expected::of(&question),
                            question: Some(question),
                            places: vec![place],
                        }),
                    }
                    continue;
                }
                Some(Ok(Step::Done(result))) => Entry::Done(result),
                Some(Err(error)) => Entry::Refused(error),
                None => continue,
            };
            self.put(place, entry);
        }
    }

    /// The pending questions, without duplicates.
    fn questions<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let mut questions = Vec::new();
        for mut waiting in take(&mut self.waiting) {
            let Some(question) = waiting.question.take() else { continue };
            match convert_question(py, question) {
                Ok(question) => {
                    questions.push(question);
                    self.waiting.push(waiting);
                }
                Err(error) => self.fail(py, &waiting.places, &error),
            }
        }
        questions.into_bound_py_any(py)
    }

    fn fail(&mut self, py: Python<'_>, places: &[usize], error: &PyErr) {
        for place in places {
            self.put(*place, failure(py, error));
        }
    }

    fn put(&mut self, place: usize, entry: Entry) {
        if let Some(current) = self.all.get_mut(place) {
            *current = entry;
        }
    }
}

fn failure(py: Python<'_>, error: &PyErr) -> Entry {
    Entry::Failed(error.value(py).clone().into_any().unbind())
}

impl PyBatch {
    fn of(entries: Vec<Entry>, threads: Option<usize>) -> Self {
        Self { threads, entries: Entries::new(entries), cancelled: Cancelled::default() }
    }

    /// Runs `act` on the entries without holding the lock, because Python may run meanwhile.
    fn with<T>(&self, act: impl FnOnce(&mut Entries) -> T) -> T {
        let mut entries = take(&mut *lock(&self.entries));
        let done = act(&mut entries);
        *lock(&self.entries) = entries;
        done
    }
}

#[pymethods]
impl PyBatch {
    /// Takes prepared operations, with an exception in place of each that could not be prepared, and the maximum
    /// number of threads: None for all.
    #[new]
    fn new(operations: Vec<Bound<'_, PyAny>>, threads: Option<usize>) -> Self {
        let entries = operations.into_iter().map(|entry| match entry.cast::<PyOperation>() {
            Ok(operation) => Entry::Running(Arc::clone(&operation.get().0)),
            Err(_) => Entry::Failed(entry.unbind()),
        });
        Self::of(entries.collect(), threads)
    }

    /// Prepare to unpack each of the messages.
    #[staticmethod]
    fn unpacking(
        packed_msgs: Vec<Bound<'_, PyAny>>,
        options: &Bound<'_, PyUnpackOptions>,
        replay_key: bool,
        known: ContextIn<'_>,
        threads: Option<usize>,
    ) -> Self {
        let options = &options.get().0;
        let entries = packed_msgs.into_iter().map(|packed_msg| match packed_msg.extract::<TextIn>() {
            Ok(text) => Entry::Running(prepare_unpack(text, options, replay_key, &known)),
            Err(error) => failure(packed_msg.py(), &error),
        });
        Self::of(entries.collect(), threads)
    }

    /// Whether the batch takes long enough to leave the event loop.
    #[getter]
    fn long(&self) -> bool {
        let entries = lock(&self.entries);
        let weights = entries.all.iter().map(|entry| match entry {
            Entry::Running(task) => task.weight(),
            _ => 0,
        });
        is_long(weights.fold(0, usize::saturating_add))
    }

    /// Run each operation to its next question or its result, and return the questions: empty when all have ended.
    fn run<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let threads = Threads::of(py, self.threads, &self.cancelled);
        self.with(|entries| {
            py.detach(|| entries.compute(&threads));
            entries.questions(py)
        })
    }

    /// Cancel the batch: operations that have not started are skipped.
    fn cancel(&self) {
        self.cancelled.set();
    }

    /// Answer the last questions in their order; an exception in place of an answer fails all operations that asked.
    fn supply(&self, py: Python<'_>, answers: Vec<Bound<'_, PyAny>>) {
        self.with(|entries| {
            let count = answers.len().min(entries.waiting.len());
            let answered: Vec<Waiting> = entries.waiting.drain(..count).collect();
            for (waiting, value) in answered.into_iter().zip(answers) {
                let answer = if value.is_instance_of::<PyException>() {
                    Err(PyErr::from_value(value))
                } else {
                    // all operations of a batch are prepared in the same context
                    let asking = waiting.places.first().and_then(|place| entries.all.get(*place));
                    let reader = match asking {
                        Some(Entry::Running(task)) => task.reader().clone(),
                        _ => AnswerReader::default(),
                    };
                    waiting.expected.clone().answer(&value, &reader)
                };
                match answer {
                    Ok(answer) => {
                        for place in waiting.places {
                            if let Some(Entry::Running(task)) = entries.all.get(place) {
                                task.supply(answer.clone());
                            }
                        }
                    }
                    Err(error) => entries.fail(py, &waiting.places, &error),
                }
            }
        });
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // an exception may refer to the owner of the batch
        let entries = lock(&self.entries);
        entries.all.iter().try_for_each(|entry| match entry {
            Entry::Failed(error) => visit.call(error),
            _ => Ok(()),
        })
    }

    fn __clear__(&self) {
        let entries = take(&mut *lock(&self.entries));
        drop(entries);
    }

    /// The results in the order of the operations, with an exception in place of each that failed.
    fn results<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let entries = take(&mut *lock(&self.entries)).all.into_iter().map(|entry| match entry {
            Entry::Done(result) => result.into_result(py).or_else(|error| error.into_bound_py_any(py)),
            Entry::Refused(error) => PyErr::from(error).into_bound_py_any(py),
            Entry::Failed(error) => Ok(error.into_bound(py)),
            Entry::Running(_) => Ok(py.None().into_bound(py)),
        });
        entries.collect::<PyResult<Vec<_>>>()?.into_bound_py_any(py)
    }
}
