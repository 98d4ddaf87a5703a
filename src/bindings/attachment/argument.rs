//! Attachments as they come from Python.

#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
#[cfg(feature = "stubs")]
use pyo3::{type_hint_identifier, type_hint_subscript};

use super::super::argument::type_error;
use super::PyAttachment;
use crate::message::Attachment;

/// A sequence of attachments.
pub(in super::super) struct AttachmentsIn(pub(in super::super) Vec<Attachment>);

impl<'py> FromPyObject<'_, 'py> for AttachmentsIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("collections.abc", "Sequence"),
        <PyAttachment as pyo3::PyTypeInfo>::TYPE_HINT
    );

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let attachments: Vec<Bound<'py, PyAttachment>> = value.extract().map_err(|_| {
            type_error(&value, "a list of Attachment objects, as Attachment.from_bytes makes them")
        })?;
        Ok(Self(attachments.iter().map(|attachment| attachment.get().0.clone()).collect()))
    }
}
