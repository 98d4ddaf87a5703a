//! `FormFault`.

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::read_only::ReadOnlyJson;
use super::value::{Reduced, Value, hash_of};
use crate::display::quote;
use crate::message::FormFault;

/// A part of a received message that was read as absent because of its invalid form.
///
/// `Metadata.form_faults` lists them if `UnpackConfig.tolerate_form_faults` is on; otherwise unpacking raises
/// MalformedMessageError.
///
/// Example:
///     >>> from pydidcomm import UnpackConfig, sync
///     >>> plain = '{"id":"one","type":"https://example.org/a/1.0/b","created_time":"2026-11-28T21:00:00Z"}'
///     >>> result = sync.DIDCommMessaging().unpack(plain, config=UnpackConfig(tolerate_form_faults=True))
///     >>> fault, = result.metadata.form_faults
///     >>> fault.part, fault.value, result.message.created_time
///     ('created_time', '2026-11-28T21:00:00Z', None)
#[pyclass(frozen, eq, weakref, name = "FormFault", module = "pydidcomm")]
#[derive(PartialEq)]
pub(super) struct PyFormFault(pub(super) FormFault);

impl Value for PyFormFault {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (self.0.part(), self.0.reason(), self.0.value()).into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (part, reason, value) = parts.extract()?;
        Ok(Self(FormFault::restore(part, reason, value)))
    }
}

#[pymethods]
impl PyFormFault {
    /// The path of the part in the message, such as `created_time` or `attachments[0].id`.
    #[getter]
    fn part(&self) -> &str {
        self.0.part()
    }

    /// The reason why the form is invalid.
    #[getter]
    fn reason(&self) -> &str {
        self.0.reason()
    }

    /// The value as the sender wrote it, read-only; None if it is missing.
    #[getter]
    fn value(&self) -> ReadOnlyJson<'_> {
        ReadOnlyJson(self.0.value())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        Reduced::of(slf)
    }

    fn __hash__(&self) -> u64 {
        hash_of((self.0.part(), self.0.reason()))
    }

    fn __repr__(&self) -> String {
        format!("FormFault(part={}, reason={})", quote(self.0.part()), quote(self.0.reason()))
    }
}
