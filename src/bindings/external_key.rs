//! External keys: Python objects that agree and sign, carried through the core as handles.

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

/// What a secrets resolver answered for a kid: a handle, a JWK, or an object that agrees or signs.
pub(super) fn read_secret(value: &Bound<'_, PyAny>, kid: &str, reader: &AnswerReader) -> PyResult<Secret> {
    // an object may be both; a key that can be read is used here
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

/// The public half that an external key shows; its attribute may be of another kind.
fn public_key_of(value: &Bound<'_, PyAny>) -> PyResult<Option<PublicKey>> {
    let name = intern!(value.py(), "public_key");
    let shown = call_python(value.py(), || value.getattr_opt(name))?;
    Ok(shown.and_then(|shown| shown.cast::<PyPublicKey>().ok().map(|key| key.get().0.clone())))
}

/// The object that a handle stands for.
pub(super) fn export_handle(py: Python<'_>, key: &ExternalKey) -> PyResult<Py<PyAny>> {
    let object = key.handle().downcast_ref::<Py<PyAny>>();
    let lost = || PyRuntimeError::new_err("a handle that Python did not make");
    object.map(|object| object.clone_ref(py)).ok_or_else(lost)
}
