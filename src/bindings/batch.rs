//! `Batch`: operations that run together, on several threads.

use std::sync::{Arc, OnceLock};

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use rayon::ThreadPool;

use super::operation::{PyOperation, Stop, is_long, stop_out};
use super::pool::{self, each};

/// Operations of which each runs to its next question or to its result, and none waits for another.
#[pyclass(frozen, name = "Batch", module = "pydidcomm._core")]
pub(super) struct PyBatch {
    operations: Arc<Vec<Py<PyOperation>>>,
    threads: Option<usize>,
}

/// Runs each operation, and tells in their order what it has led to.
fn compute(
    operations: &[Py<PyOperation>],
    pool: Option<&ThreadPool>,
    threads: Option<usize>,
) -> Vec<Option<Stop>> {
    let stops: Vec<OnceLock<Stop>> = operations.iter().map(|_| OnceLock::new()).collect();
    each(pool, threads, operations.len(), |place| {
        if let (Some(operation), Some(stop)) = (operations.get(place), stops.get(place)) {
            // each place has one turn
            let _ = stop.set(operation.get().compute());
        }
    });
    stops.into_iter().map(OnceLock::into_inner).collect()
}

/// A list of questions and results, and of exceptions in the places of what failed.
fn stops_out(py: Python<'_>, stops: Vec<Option<Stop>>) -> PyResult<Bound<'_, PyAny>> {
    let entries = stops.into_iter().flatten().map(|stop| match stop_out(py, stop) {
        Ok(entry) => Ok(entry),
        Err(error) => error.into_bound_py_any(py),
    });
    entries.collect::<PyResult<Vec<_>>>()?.into_bound_py_any(py)
}

#[pymethods]
impl PyBatch {
    /// Takes operations that were prepared or answered, and how many threads they may run on: None for all.
    #[new]
    fn new(operations: Vec<Py<PyOperation>>, threads: Option<usize>) -> Self {
        Self { operations: Arc::new(operations), threads }
    }

    /// Whether it takes so long that an event loop is left for it.
    #[getter]
    fn long(&self) -> bool {
        is_long(self.operations.iter().fold(0, |sum, operation| sum.saturating_add(operation.get().weight())))
    }

    /// Runs each operation; a list of questions and results, and of exceptions in the places of what failed.
    fn run<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let pool = pool::pool(py);
        let stops = py.detach(|| compute(&self.operations, pool.as_deref(), self.threads));
        stops_out(py, stops)
    }

    /// The same on the pool: a future of the running asyncio loop.
    fn run_on_pool<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let (operations, threads, pool) = (Arc::clone(&self.operations), self.threads, pool::pool(py));
        pool::leave(
            py,
            move || compute(&operations, pool.as_deref(), threads),
            |py, stops| stops_out(py, stops).map(Bound::unbind),
        )
    }
}
