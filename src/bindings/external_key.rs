//! External keys: Python objects that agree and sign, which the core passes on as handles.

use std::sync::Arc;

use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;

use super::answer_reader::AnswerReader;
use super::callback::call_python;
use super::errors::misuse;
use super::public_key::PyPublicKey;
use super::secrets::read_local_secret;
use crate::keys::{ExternalKey, PublicKey, Secret, secret_kid};

/// Reads a secrets resolver's answer for a kid: a `Secret`, a JWK, or an object that agrees or signs.
pub(super) fn read_secret(value: &Bound<'_, PyAny>, kid: &str, reader: &AnswerReader) -> PyResult<Secret> {
    // an object may be both: a readable key is used locally
    let unread = match read_local_secret(value, |text| reader.secret(text, kid)) {
        Ok(secret) => return Ok(secret.into()),
        Err(unread) => unread,
    };
    let py = value.py();
    let has = |name| call_python(py, || value.hasattr(name));
    if !has(intern!(py, "agree"))? && !has(intern!(py, "sign"))? {
        return Err(unread);
    }
    let kid = secret_kid(kid, "kid").map_err(misuse)?;
    let handle: Arc<Py<PyAny>> = Arc::new(value.clone().unbind());
    let key = ExternalKey::new(kid, handle);
    Ok(match public_key_of(value)? {
        Some(public_key) => key.with_public_key(public_key).into(),
        None => key.into(),
    })
}

/// The public key of an external key; `None` if its attribute has another type.
fn public_key_of(value: &Bound<'_, PyAny>) -> PyResult<Option<PublicKey>> {
    let name = intern!(value.py(), "public_key");
    let shown = call_python(value.py(), || value.getattr_opt(name))?;
    Ok(shown.and_then(|shown| shown.cast::<PyPublicKey>().ok().map(|key| key.get().0.clone())))
}

/// The Python object of a handle.
pub(super) fn export_handle(py: Python<'_>, key: &ExternalKey) -> PyResult<Py<PyAny>> {
    let object = key.handle().downcast_ref::<Py<PyAny>>();
    let lost = || PyRuntimeError::new_err("the handle of the external key does not belong to Python");
    object.map(|object| object.clone_ref(py)).ok_or_else(lost)
}
