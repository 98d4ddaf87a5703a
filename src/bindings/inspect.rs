//! `inspect`, as JSON for the view in Python.

use pyo3::prelude::*;

use super::json::ObjectOut;
use super::text_in::TextIn;
use crate::inspect::inspect as core_inspect;
use crate::limits::Limits;

/// Describe an envelope without any key, as the members of `EnvelopeView`.
#[pyfunction]
pub(super) fn inspect(py: Python<'_>, packed: TextIn) -> PyResult<ObjectOut> {
    let view = py.detach(|| core_inspect(&packed.0, &Limits::default()))?;
    Ok(ObjectOut(view.to_json()))
}
