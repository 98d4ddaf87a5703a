//! The headers in the constructor of `Message`.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::super::callback::call_python;
use super::super::errors::misuse;
use super::super::package::class;
use crate::message::Message;
use crate::message::object::ObjectText;

/// The arguments of the constructor, each with its header.
pub(super) const HEADERS: [(&str, &str); 16] = [
    ("type", "type"),
    ("body", "body"),
    ("id", "id"),
    ("frm", "from"),
    ("to", "to"),
    ("thid", "thid"),
    ("pthid", "pthid"),
    ("created_time", "created_time"),
    ("expires_time", "expires_time"),
    ("from_prior", "from_prior"),
    ("please_ack", "please_ack"),
    ("ack", "ack"),
    ("lang", "lang"),
    ("accept_lang", "accept-lang"),
    ("attachments", "attachments"),
    ("custom_headers", "custom_headers"),
];

/// Adds the custom headers, which are members of the plaintext like the defined ones, and so must have other names.
pub(super) fn put_custom(headers: &mut ObjectText<'_>, custom: &str) -> PyResult<()> {
    let members = crate::json::members(custom, "custom_headers").map_err(misuse)?;
    for (name, raw) in members {
        if Message::is_reserved(&name) || name == "frm" {
            return Err(PyValueError::new_err(format!(
                "`custom_headers` must not contain `{name}`: use the argument of that header"
            )));
        }
        headers.put(&name, raw.get());
    }
    Ok(())
}

/// Warns the caller that peers may refuse the `type`.
pub(super) fn warn_of_type(py: Python<'_>) -> PyResult<()> {
    let category = class(py, "pydidcomm.errors", "MessageTypeWarning")?;
    call_python(py, || {
        PyErr::warn(py, &category, c"`type` must be a Message Type URI (doc-uri/protocol/1.0/name)", 1)
    })
}
