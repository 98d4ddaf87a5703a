//! Messages and their headers as they come from Python.

use pyo3::exceptions::PyValueError;
#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
#[cfg(feature = "stubs")]
use pyo3::{type_hint_identifier, type_hint_subscript, type_hint_union};

use super::argument::{unfit, wrong_type};
use super::attachment::PyAttachment;
use super::callback::call_python;
use super::errors::misuse;
use super::json::{ObjectIn, is_object};
use super::message::PyMessage;
use super::package::class;
use crate::message::object::ObjectText;
use crate::message::{Attachment, Message};

/// A message given as such, or as its JSON object.
pub(super) struct MessageIn(pub(super) Message);

impl<'py> FromPyObject<'_, 'py> for MessageIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_union!(
        <PyMessage as pyo3::PyTypeInfo>::TYPE_HINT,
        <ObjectIn as FromPyObject<'_, '_>>::INPUT_TYPE
    );

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(message) = value.cast::<PyMessage>() {
            return Ok(Self(Message::clone(&message.get().0)));
        }
        if is_object(&value) {
            let ObjectIn(text) = value.extract()?;
            return Message::of_text(text)
                .map(Self)
                .map_err(|error| unfit(value.py(), misuse(error), "a message"));
        }
        Err(wrong_type(&value, "a Message or a dict"))
    }
}

/// A sequence of attachments.
pub(super) struct AttachmentsIn(pub(super) Vec<Attachment>);

impl<'py> FromPyObject<'_, 'py> for AttachmentsIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("collections.abc", "Sequence"),
        <PyAttachment as pyo3::PyTypeInfo>::TYPE_HINT
    );

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let attachments: Vec<Bound<'py, PyAttachment>> =
            value.extract().map_err(|_| wrong_type(&value, "a list of Attachment"))?;
        Ok(Self(attachments.iter().map(|attachment| attachment.get().0.clone()).collect()))
    }
}

/// Custom headers stand beside the defined ones in the plaintext, so they cannot take their names.
pub(super) fn put_custom(headers: &mut ObjectText<'_>, custom: &str) -> PyResult<()> {
    let members = crate::json::members(custom, "custom_headers").map_err(misuse)?;
    for (name, raw) in members {
        if Message::is_reserved(&name) || name == "frm" {
            return Err(PyValueError::new_err(format!(
                "{name} is no custom header: the specification defines it"
            )));
        }
        headers.put(&name, raw.get());
    }
    Ok(())
}

/// Warns the caller of a `type` that others may refuse.
pub(super) fn warn_of_type(py: Python<'_>) -> PyResult<()> {
    let category = class(py, "pydidcomm.errors", "MessageTypeWarning")?;
    call_python(py, || {
        PyErr::warn(py, &category, c"type is no Message Type URI (doc-uri/protocol/1.0/name)", 1)
    })
}
