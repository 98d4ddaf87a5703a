//! Messages from Python.

#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
#[cfg(feature = "stubs")]
use pyo3::type_hint_union;

use super::super::argument::{content_error, type_error};
use super::super::errors::misuse;
#[cfg(feature = "stubs")]
use super::super::json::ObjectIn;
use super::super::json::{Fault, is_object, members_of};
use super::PyMessage;
use crate::message::Message;

/// A message, as a `Message` or as its JSON object.
pub(in super::super) struct MessageIn(pub(in super::super) Message);

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
            let (text, places) = members_of(&value).map_err(Fault::misuse)?;
            if !text.starts_with('{') {
                return Err(type_error(&value, "a dict"));
            }
            let message = match places {
                Some(places) => Message::of_members(text, &places),
                None => Message::of_text(text),
            };
            return message.map(Self).map_err(|error| content_error(value.py(), misuse(error), "a message"));
        }
        Err(type_error(&value, "a Message or a dict"))
    }
}
