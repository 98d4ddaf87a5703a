//! Text for the wire, converted to Python once.

use std::sync::Mutex;

use pyo3::prelude::*;
use pyo3::types::PyString;

use super::room::new_str;
use crate::caller::lock;

/// A text that is converted to a `str` on first access, and is that same `str` from then on.
///
/// So a large message exists once, however often it is read.
pub(super) struct WireText {
    length: usize,
    form: Mutex<Form>,
}

enum Form {
    Written(String),
    Made(Py<PyString>),
}

impl WireText {
    /// The length in bytes.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// The text; MemoryError if it cannot be allocated.
    pub(super) fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        let mut form = lock(&self.form);
        let made = match &*form {
            Form::Written(text) => new_str(py, text)?,
            Form::Made(made) => return Ok(made.bind(py).clone()),
        };
        *form = Form::Made(made.clone().unbind());
        Ok(made)
    }
}

impl PartialEq for WireText {
    fn eq(&self, other: &Self) -> bool {
        let same = |py: Python<'_>| match (self.to_python(py), other.to_python(py)) {
            (Ok(one), Ok(other)) => PyAnyMethods::eq(one.as_any(), other).unwrap_or(false),
            _ => false,
        };
        std::ptr::eq(self, other) || (self.length == other.length && Python::attach(same))
    }
}

impl TryFrom<Bound<'_, PyString>> for WireText {
    type Error = PyErr;

    fn try_from(text: Bound<'_, PyString>) -> PyResult<Self> {
        Ok(Self { length: text.to_str()?.len(), form: Mutex::new(Form::Made(text.unbind())) })
    }
}

impl From<String> for WireText {
    fn from(text: String) -> Self {
        Self { length: text.len(), form: Mutex::new(Form::Written(text)) }
    }
}
