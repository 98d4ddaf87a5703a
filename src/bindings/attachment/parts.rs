//! The parts of an `Attachment`, for pickle.

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::super::value::Value;
use super::PyAttachment;
use crate::message::Attachment;

impl Value for PyAttachment {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (self.0.to_json(), self.0.id()).into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (text, id) = parts.extract()?;
        Ok(Attachment::restore(text, id)?.into())
    }
}
