//! Results of operations, each of which becomes a Python object by itself.

use pyo3::prelude::*;

/// The result of an operation; it becomes a Python object when the operation has ended.
pub(super) trait IntoResult: Send + Sync + 'static {
    fn into_result(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>>;
}

/// The result of any operation.
pub(super) type AnyResult = Box<dyn IntoResult>;
