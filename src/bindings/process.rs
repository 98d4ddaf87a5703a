//! Handlers of a fork of the process and of the end of the interpreter.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::callback::{end_calls, forget_calls};
use super::thread_pool::forget_threads;

/// Register the handlers of a fork and of the end of the interpreter; the package calls it once.
#[pyfunction]
pub(super) fn prepare_process(py: Python<'_>) -> PyResult<()> {
    py.import("atexit")?.call_method1("register", (wrap_pyfunction!(end, py)?,))?;
    call_after_fork(wrap_pyfunction!(forget_other_threads, py)?.as_any())
}

/// Wait for the running calls, when the interpreter ends.
#[pyfunction]
fn end(py: Python<'_>) {
    end_calls(py);
}

/// Forget the other threads and their work in a forked process.
#[pyfunction]
fn forget_other_threads() {
    forget_threads();
    forget_calls();
}

/// Calls a function in every process that is forked from this one.
fn call_after_fork(function: &Bound<'_, PyAny>) -> PyResult<()> {
    let os = function.py().import("os")?;
    if let Some(register) = os.getattr_opt("register_at_fork")? {
        let arguments = PyDict::new(function.py());
        arguments.set_item("after_in_child", function)?;
        register.call((), Some(&arguments))?;
    }
    Ok(())
}
