//! Arguments from Python, and the errors of invalid arguments.
//!
//! The text of an error here has what was expected and what came. `pydidcomm._arguments` puts the argument's name in
//! front of it, from the note that `PyO3` adds to the exception.

use std::ops::Deref;

use pyo3::PyTypeInfo;
use pyo3::exceptions::PyValueError;
#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PyInt, PyMapping, PySequence, PyString};
#[cfg(feature = "stubs")]
use pyo3::{type_hint_identifier, type_hint_subscript};

use super::callback::call_python;
#[cfg(feature = "stubs")]
use super::hints::{MAPPING, STR};
use super::package::exceptions;
use crate::did::DidUrl;
use crate::display;

exceptions!("pydidcomm._arguments": ArgumentTypeError, ArgumentValueError);

/// The error of an argument of the wrong type. It does not repeat the value, which may be a secret.
pub(super) fn type_error(value: &Bound<'_, PyAny>, expected: &str) -> PyErr {
    ArgumentTypeError::new_err(format!("must be {expected}, got {}", type_name(value)))
}

/// The error of an argument with an invalid value.
pub(super) fn value_error(expected: &str) -> PyErr {
    ArgumentValueError::new_err(format!("must be {expected}"))
}

/// Describes a text in an error: quoted if it is a DID, a URL or one of these names in any spelling; otherwise by its
/// type and length, because a caller may have passed a private key or a passphrase in place of any argument.
pub(super) fn describe_text(text: &str, names: &[&str]) -> String {
    let letters = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
    };
    let is_name = || names.iter().any(|name| letters(name) == letters(text));
    if text.starts_with("did:") || is_url(text) || is_name() {
        display::quote(text)
    } else {
        format!("a str of {} characters", text.chars().count())
    }
}

/// Whether the text is a URL without user information, which may contain a password (RFC 3986 3.2.1).
fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let is_scheme = |letter: char| letter.is_ascii_alphanumeric() || "+-.".contains(letter);
    !scheme.is_empty() && scheme.chars().all(is_scheme) && !rest.contains('@')
}

/// Describe a text in an error: quoted if it is a DID, a URL or one of `names`; otherwise its type and length.
#[pyfunction]
#[pyo3(signature = (text, names = Vec::new()))]
pub(super) fn describe(text: StrIn, names: Vec<String>) -> String {
    describe_text(&text, &names.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The error of a single string in place of a list of strings.
pub(super) fn lone_string_error(text: &str) -> PyErr {
    let shown = describe_text(text, &[]);
    let shown = if shown.starts_with('\'') { shown } else { "...".to_owned() };
    ArgumentTypeError::new_err(format!("must be a list of str, got str: write [{shown}]"))
}

/// The name of the value's type in an error.
pub(super) fn type_name(value: &Bound<'_, PyAny>) -> String {
    if value.is_none() {
        return "None".to_owned();
    }
    let name = value.get_type().name().map(|name| name.to_string());
    name.map_or_else(|_| "another type".to_owned(), |name| display::shorten(&name, display::LONGEST_ID))
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
        let text = value.cast::<PyString>().map_err(|_| type_error(&value, "a str"))?;
        let text = text.to_str().map_err(|_| value_error("Unicode text, without lone surrogates"))?;
        Ok(Self(text.to_owned()))
    }
}

/// A `bool` argument, for `from_py_with`, with which the signature shows the default.
pub(super) fn flag(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    value.extract().map_err(|_| type_error(value, "a bool"))
}

/// An object of one of our classes.
pub(super) struct Of<'py, T>(pub(super) Bound<'py, T>);

impl<'py, T: PyTypeInfo> FromPyObject<'_, 'py> for Of<'py, T> {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = T::TYPE_HINT;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let unfit = |_| match T::type_object(value.py()).name() {
            Ok(name) if name.to_string_lossy().starts_with('A') => type_error(&value, &format!("an {name}")),
            Ok(name) => type_error(&value, &format!("a {name}")),
            Err(error) => error,
        };
        (*value).cast::<T>().cloned().map(Self).map_err(unfit)
    }
}

/// The error of a value of the right type with invalid content; any other error is returned unchanged.
pub(super) fn content_error(py: Python<'_>, error: PyErr, expected: &str) -> PyErr {
    if !error.get_type(py).is(py.get_type::<PyValueError>()) {
        return error;
    }
    ArgumentValueError::new_err(format!("is not {expected}: {}", error.value(py)))
}

/// A mapping, which is not copied.
pub(super) struct MappingIn<'py>(pub(super) Bound<'py, PyMapping>);

impl<'py> FromPyObject<'_, 'py> for MappingIn<'py> {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = MAPPING;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        // the type check may run Python code
        let mapping = call_python(value.py(), || (*value).cast::<PyMapping>().cloned());
        mapping.map(Self).map_err(|_| type_error(&value, "a dict or another mapping"))
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
            let shown = describe_text(&text, &[]);
            ArgumentValueError::new_err(format!("must be a DID (did:method:...), got {shown}"))
        };
        DidUrl::parse(&text).map(Self).map_err(invalid)
    }
}

/// A sequence of strings; a single string is refused, although it is a sequence too.
pub(super) struct StringsIn(pub(super) Vec<String>);

impl<'py> FromPyObject<'_, 'py> for StringsIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr =
        type_hint_subscript!(type_hint_identifier!("collections.abc", "Sequence"), STR);

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        call_python(value.py(), || strings(&value)).map(Self)
    }
}

/// The strings of a sequence; refuses mappings and sets, which have no order, and bytes, whose entries are numbers.
fn strings(value: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    if let Ok(text) = value.cast::<PyString>() {
        return Err(lone_string_error(&text.to_string_lossy()));
    }
    let is_bytes = value.cast::<PyBytes>().is_ok() || value.cast::<PyByteArray>().is_ok();
    if is_bytes || value.cast::<PySequence>().is_err() {
        return Err(type_error(value, "a list of str"));
    }
    let text = |entry: PyResult<Bound<'_, PyAny>>| {
        let entry = entry?;
        let kind = type_name(&entry);
        let inside = |_| ArgumentTypeError::new_err(format!("must be a list of str, got {kind} in it"));
        entry.extract().map(|StrIn(text)| text).map_err(inside)
    };
    value.try_iter()?.map(text).collect()
}

/// A whole number that is not negative.
pub(super) struct WholeIn(pub(super) u64);

impl<'py> FromPyObject<'_, 'py> for WholeIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_identifier!("builtins", "int");

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let integer = value.cast::<PyInt>().map_err(|_| type_error(&value, "a whole number (int)"))?;
        if value.cast::<PyBool>().is_ok() {
            return Err(type_error(&value, "a whole number (int)"));
        }
        let out_of_range = |_| value_error("a whole number from 0 to 2**64 - 1");
        integer.extract().map(Self).map_err(out_of_range)
    }
}
