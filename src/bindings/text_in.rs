//! The text of a message or a document from Python.

use std::ops::Deref;

use pyo3::exceptions::PyMemoryError;
#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
#[cfg(feature = "stubs")]
use pyo3::type_hint_union;
use pyo3::types::PyString;

use super::argument::{ArgumentTypeError, type_name};
use super::bytes_in::BytesIn;
#[cfg(feature = "stubs")]
use super::hints::{MAPPING, STR};
use super::json::{PeerObjectIn, is_object};
use crate::error::Error;
use crate::memory::check_room;

/// JSON text, as a `str`, as bytes, or as a JSON object in a mapping.
pub(super) struct TextIn(pub(super) Given);

/// A text, borrowed from Python if possible.
pub(super) enum Given {
    Lent(PyBackedStr),
    Own(String),
}

impl Deref for Given {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Lent(text) => text,
            Self::Own(text) => text,
        }
    }
}

impl<'py> FromPyObject<'_, 'py> for TextIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr =
        type_hint_union!(STR, <BytesIn as FromPyObject<'_, '_>>::INPUT_TYPE, MAPPING);

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(text) = value.cast::<PyString>() {
            // a lone surrogate is not Unicode, so it is not JSON
            let lent = PyBackedStr::try_from(text.to_owned()).map_err(|error| not_text(value.py(), error))?;
            return Ok(Self(Given::Lent(lent)));
        }
        if let Some(bytes) = BytesIn::of(&value)? {
            let text = str::from_utf8(&bytes).map_err(|_| not_unicode())?;
            check_room(text.len())?;
            return Ok(Self(Given::Own(text.to_owned())));
        }
        if !is_object(&value) {
            let step = if value.hasattr("packed_msg")? { ": pass its `packed_msg`" } else { "" };
            let kind = type_name(&value);
            let reason = format!("must be a str, bytes or a dict, got {kind}{step}");
            return Err(ArgumentTypeError::new_err(reason));
        }
        PeerObjectIn::extract(value).map(|PeerObjectIn(text)| Self(Given::Own(text)))
    }
}

/// Why a `str` is not UTF-8: it has a lone surrogate, or there is no memory for the copy.
fn not_text(py: Python<'_>, error: PyErr) -> PyErr {
    if error.is_instance_of::<PyMemoryError>(py) { error } else { not_unicode() }
}

fn not_unicode() -> PyErr {
    Error::malformed("message", "not UTF-8").into()
}
