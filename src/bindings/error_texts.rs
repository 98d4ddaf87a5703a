//! Error texts that the core and the exceptions share.

use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::error;

/// The text of a `MalformedMessageError`.
#[pyfunction]
#[pyo3(signature = (part, reason, /))]
pub(super) fn malformed_text(part: &Bound<'_, PyString>, reason: &Bound<'_, PyString>) -> String {
    error::malformed_text(&part.to_string_lossy(), &reason.to_string_lossy())
}

/// The text of an `UnsupportedError` that names an algorithm.
#[pyfunction]
#[pyo3(signature = (what, algorithm, /))]
pub(super) fn unsupported_text(what: &Bound<'_, PyString>, algorithm: &Bound<'_, PyString>) -> String {
    error::unsupported_text(&what.to_string_lossy(), &algorithm.to_string_lossy())
}

/// The text of an `UntrustedMessageError`.
#[pyfunction]
#[pyo3(signature = (claim, kid, did, /))]
pub(super) fn untrusted_text(
    claim: &Bound<'_, PyString>,
    kid: Option<&Bound<'_, PyString>>,
    did: Option<&Bound<'_, PyString>>,
) -> String {
    let [kid, did] = [kid, did].map(|id| id.map(|id| id.to_string_lossy()));
    error::untrusted_text(&claim.to_string_lossy(), kid.as_deref(), did.as_deref())
}
