//! The warnings about a message, as `pydidcomm.MessageWarning`.

#[cfg(feature = "stubs")]
use pyo3::inspect::{PyStaticConstant, PyStaticExpr};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
#[cfg(feature = "stubs")]
use pyo3::{type_hint_identifier, type_hint_subscript};

use super::callback::call_python;
use super::package::class;
use super::tuple::into_tuple;
use crate::unpack::Warning;

/// The value of `Metadata.warnings`: a tuple of `MessageWarning`.
pub(super) struct WarningsOut<'py>(pub(super) Bound<'py, PyTuple>);

/// A tuple of `MessageWarning`.
pub(super) fn tuple_of<'py>(py: Python<'py>, warnings: &[Warning]) -> PyResult<Bound<'py, PyTuple>> {
    if warnings.is_empty() {
        return Ok(PyTuple::empty(py));
    }
    let class = class(py, "pydidcomm.message_warning", "MessageWarning")?;
    call_python(py, || {
        let made = warnings.iter().map(|one| class.call1((one.as_str(), one.code(), one.part())));
        PyTuple::new(py, made.collect::<PyResult<Vec<_>>>()?)
    })
}

into_tuple!(impl['py] WarningsOut<'py>, type_hint_identifier!("pydidcomm.message_warning", "MessageWarning"));
