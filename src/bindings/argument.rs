//! Arguments from Python, and the errors of those that do not fit.
//!
//! An error says what was expected and what came; the argument's name is put in front of it in
//! `pydidcomm._arguments`, where the bindings add it to the exception.

use std::ops::Deref;

use pyo3::PyTypeInfo;
use pyo3::exceptions::PyValueError;
#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
#[cfg(feature = "stubs")]
use pyo3::type_hint_identifier;
use pyo3::types::{PyMapping, PyString};

use super::callback::call_python;
use super::package::exceptions;
use crate::did::DidUrl;
use crate::display;

exceptions!("pydidcomm._arguments": ArgumentTypeError, ArgumentValueError);

/// An argument that has another type; its value is not repeated, since it may be a secret.
pub(super) fn wrong_type(value: &Bound<'_, PyAny>, expected: &str) -> PyErr {
    ArgumentTypeError::new_err(format!("must be {expected}, got {}", type_name(value)))
}

/// An argument whose value is not allowed.
pub(super) fn wrong_value(expected: &str) -> PyErr {
    ArgumentValueError::new_err(format!("must be {expected}"))
}

/// Longer than any name of a curve or key type, shorter than a private key of 128 bits in base58.
const LONGEST_NAME: usize = 20;

/// Whether the text may be a private key or a passphrase in the place of another argument.
pub(super) fn may_be_secret(text: &str) -> bool {
    text.chars().count() > LONGEST_NAME && !text.starts_with("did:")
}

/// A list of strings that came as one string.
pub(super) fn lone_string(text: &str) -> PyErr {
    let shown = if may_be_secret(text) { "...".to_owned() } else { display::quoted(text) };
    ArgumentTypeError::new_err(format!("must be a list of str, got str: write [{shown}]"))
}

/// The name of the value's type as a reader writes it.
pub(super) fn type_name(value: &Bound<'_, PyAny>) -> String {
    if value.is_none() {
        return "None".to_owned();
    }
    let name = value.get_type().name().map(|name| name.to_string());
    name.map_or_else(|_| "another type".to_owned(), |name| display::shortened(&name, display::LONGEST_ID))
}

/// A `str` argument.
pub(super) struct StrIn(pub(super) String);

impl Deref for StrIn {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'py> FromPyObject<'_, 'py> for StrIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_identifier!("builtins", "str");

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let text = value.cast::<PyString>().map_err(|_| wrong_type(&value, "a str"))?;
        let text = text.to_str().map_err(|_| wrong_value("Unicode text, without lone surrogates"))?;
        Ok(Self(text.to_owned()))
    }
}

/// A `bool` argument, for `from_py_with`: a signature shows its default then.
pub(super) fn flag(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    value.extract().map_err(|_| wrong_type(value, "a bool"))
}

/// An object of one of our classes.
pub(super) struct Of<'py, T>(pub(super) Bound<'py, T>);

impl<'py, T: PyTypeInfo> FromPyObject<'_, 'py> for Of<'py, T> {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = T::TYPE_HINT;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let unfit = |_| match T::type_object(value.py()).name() {
            Ok(name) if name.to_string_lossy().starts_with('A') => wrong_type(&value, &format!("an {name}")),
            Ok(name) => wrong_type(&value, &format!("a {name}")),
            Err(error) => error,
        };
        (*value).cast::<T>().cloned().map(Self).map_err(unfit)
    }
}

/// The error of a value whose type fits and whose content does not; another error stays as it is.
pub(super) fn unfit(py: Python<'_>, error: PyErr, expected: &str) -> PyErr {
    if !error.get_type(py).is(py.get_type::<PyValueError>()) {
        return error;
    }
    ArgumentValueError::new_err(format!("is not {expected}: {}", error.value(py)))
}

/// A mapping, which stays the caller's.
pub(super) struct MappingIn<'py>(pub(super) Bound<'py, PyMapping>);

impl<'py> FromPyObject<'_, 'py> for MappingIn<'py> {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = super::json::MAPPING;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        // the class may have a check of its own in Python
        let mapping = call_python(value.py(), || (*value).cast::<PyMapping>().cloned());
        mapping.map(Self).map_err(|_| wrong_type(&value, "a dict or another mapping"))
    }
}

/// A DID, or a DID URL of a key.
pub(super) struct DidIn(pub(super) DidUrl);

impl<'py> FromPyObject<'_, 'py> for DidIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_identifier!("builtins", "str");

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let StrIn(text) = value.extract()?;
        let invalid = |_| {
            let shown = if may_be_secret(&text) {
                format!("a str of {} characters", text.chars().count())
            } else {
                display::quoted(&text)
            };
            ArgumentValueError::new_err(format!("must be a DID (did:method:...), got {shown}"))
        };
        DidUrl::parse(&text).map(Self).map_err(invalid)
    }
}
