//! Results of operations, each with its own conversion to Python.

use pyo3::prelude::*;

/// The result of an operation, which is converted to Python when the operation has ended.
pub(super) trait IntoResult: Send + Sync + 'static {
    fn into_result(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>>;
}

/// The result of any operation.
pub(super) type AnyResult = Box<dyn IntoResult>;
