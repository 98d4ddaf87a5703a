//! The construction of an `Attachment`, and its parts for pickle.

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::super::tuple::OnceTuple;
use super::super::value::Value;
use super::PyAttachment;
use crate::message::Attachment;

impl From<Attachment> for PyAttachment {
    fn from(attachment: Attachment) -> Self {
        Self(attachment, OnceTuple::default())
    }
}

impl Value for PyAttachment {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (self.0.to_json(), self.0.id()).into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (text, id) = parts.extract()?;
        Ok(Attachment::restore(text, id)?.into())
    }
}
