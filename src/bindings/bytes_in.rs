//! Bytes from Python, in any object with the buffer protocol.

use std::ops::Deref;

use pyo3::exceptions::PyMemoryError;
#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyByteArray, PyBytes, PyMemoryView};
#[cfg(feature = "stubs")]
use pyo3::{type_hint_identifier, type_hint_union};

use super::argument::type_error;
use super::callback::call_python;
use crate::memory::check_room;

/// The bytes of a `bytes`, `bytearray`, `memoryview` or another object with the buffer protocol.
///
/// Those of a `bytes` are borrowed; those of other objects can change, so they are copied.
pub(super) struct BytesIn(PyBackedBytes);

impl BytesIn {
    /// The bytes of the object, if it has the buffer protocol; MemoryError if a copy cannot be allocated.
    pub(super) fn of(value: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        if let Ok(bytes) = value.cast::<PyBytes>() {
            return Ok(Some(Self(bytes.clone().into())));
        }
        if let Ok(array) = value.cast::<PyByteArray>() {
            check_room(array.len())?;
            return Ok(Some(Self(array.clone().into())));
        }
        // a Python class may implement the buffer protocol
        let copy = || PyMemoryView::from(value).ok().map(|view| view.call_method0("tobytes"));
        match call_python(value.py(), copy) {
            Some(Ok(copied)) => Ok(copied.cast_into::<PyBytes>().ok().map(|bytes| Self(bytes.into()))),
            Some(Err(error)) if error.is_instance_of::<PyMemoryError>(value.py()) => Err(error),
            _ => Ok(None),
        }
    }
}

impl Deref for BytesIn {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl<'py> FromPyObject<'_, 'py> for BytesIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_union!(
        type_hint_identifier!("builtins", "bytes"),
        type_hint_identifier!("builtins", "bytearray"),
        type_hint_identifier!("builtins", "memoryview")
    );

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Self::of(&value)?.ok_or_else(|| type_error(&value, "bytes"))
    }
}

/// Copied bytes of any object with the buffer protocol.
pub(super) struct AnswerBytes(pub(super) Vec<u8>);

impl<'py> FromPyObject<'_, 'py> for AnswerBytes {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = <BytesIn as FromPyObject<'_, '_>>::INPUT_TYPE;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Some(bytes) = BytesIn::of(&value)? {
            return Ok(Self(bytes.to_vec()));
        }
        Err(type_error(&value, "bytes"))
    }
}
