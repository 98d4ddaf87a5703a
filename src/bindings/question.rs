//! The questions of an operation, converted to Python.

use pyo3::IntoPyObjectExt;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;

use super::algorithms::SignAlg;
use super::answer_reader::AnswerReader;
use super::argument::type_name;
use super::bytes_in::AnswerBytes;
use super::callback::call_python;
use super::external_key::{export_handle, read_secret};
use super::json::is_object;
use super::public_key::PyPublicKey;
use super::resolved;
use crate::SignatureAlgorithm;
use crate::caller::{Answer, Question, ResolveOptions};
use crate::display;
use crate::error::Error;
use crate::keys::Secret;

/// The expected kind of answer.
#[derive(Clone)]
pub(super) enum Expected {
    Document,
    /// The secret of this kid.
    Secret(String),
    /// Secrets with their kids.
    Secrets,
    SharedSecret,
    Signature,
    Leave,
}

impl Expected {
    pub(super) fn of(question: &Question) -> Self {
        match question {
            Question::ResolveDid { .. } => Self::Document,
            Question::FindSecrets { kids, .. } => match kids.as_slice() {
                [kid] => Self::Secret(kid.clone()),
                _ => Self::Secrets,
            },
            Question::Agree { .. } => Self::SharedSecret,
            Question::Sign { .. } => Self::Signature,
            Question::LongWork => Self::Leave,
        }
    }

    /// Converts the answer for the core.
    pub(super) fn answer(self, value: &Bound<'_, PyAny>, reader: &AnswerReader) -> PyResult<Answer> {
        Ok(match self {
            Self::Document => resolved::answer(value, reader.most_document_entries)?,
            Self::Secret(_) if value.is_none() => Answer::Secrets(Vec::new()),
            Self::Secret(kid) => Answer::Secrets(vec![secret_of(kid, value, reader)?]),
            Self::Secrets => {
                let secrets: Vec<(String, Bound<'_, PyAny>)> = value.extract()?;
                let secrets = secrets.into_iter().map(|(kid, secret)| secret_of(kid, &secret, reader));
                Answer::Secrets(secrets.collect::<PyResult<_>>()?)
            }
            Self::SharedSecret => Answer::SharedSecret(extract_bytes(value, "agree")?.into()),
            Self::Leave => Answer::Proceed,
            Self::Signature => Answer::Signature(extract_bytes(value, "sign")?),
        })
    }
}

/// The secret that the secrets resolver returned for the kid.
fn secret_of(kid: String, value: &Bound<'_, PyAny>, reader: &AnswerReader) -> PyResult<(String, Secret)> {
    let secret = read_secret(value, &kid, reader).map_err(|error| {
        let kid = display::shorten(&kid, display::LONGEST_ID);
        let expected = "a Secret, a dict, an external key or None";
        let error = answer_error(error, value, &format!("the secrets must have {expected} for {kid}"));
        with_kid(error, value, &kid)
    })?;
    Ok((kid, secret))
}

/// The bytes that a method of an external key returned.
fn extract_bytes(value: &Bound<'_, PyAny>, method: &str) -> PyResult<Vec<u8>> {
    let expected = format!("`{method}` of an external key must return bytes");
    let bytes = value.extract::<AnswerBytes>().map_err(|error| answer_error(error, value, &expected))?;
    Ok(bytes.0)
}

/// The error of an answer of the wrong type, with its source; any other error unchanged.
fn answer_error(error: PyErr, answer: &Bound<'_, PyAny>, expected: &str) -> PyErr {
    // the value is a JWK, and its error names the member
    if !error.is_instance_of::<PyTypeError>(answer.py()) || is_object(answer) {
        return error;
    }
    PyTypeError::new_err(format!("{expected}, got {}", type_name(answer)))
}

/// The error of a JWK or of another object of the store, with its kid; any other error unchanged.
fn with_kid(error: PyErr, secret: &Bound<'_, PyAny>, kid: &str) -> PyErr {
    let py = secret.py();
    if !is_object(secret) {
        return error;
    }
    if error.is_instance_of::<PyValueError>(py) {
        return PyValueError::new_err(format!("the secret of {kid}: {}", error.value(py)));
    }
    let note = format!("pydidcomm: the secret of {kid}");
    let noted = call_python(py, || error.value(py).call_method1(intern!(py, "add_note"), (note,)));
    noted.err().unwrap_or(error)
}

/// Converts a question to Python.
pub(super) fn convert_question(py: Python<'_>, question: Question) -> PyResult<Bound<'_, PyAny>> {
    match question {
        Question::ResolveDid { did, options } => {
            let ResolveOptions { fresh, version_time, unproved } = options;
            PyResolveDid { did, fresh, version_time, unproved }.into_bound_py_any(py)
        }
        Question::FindSecrets { kids, public_keys, every } => {
            let public_keys = public_keys.into_iter().map(PyPublicKey).collect();
            PyFindSecrets { kids, public_keys, every }.into_bound_py_any(py)
        }
        Question::Agree { key, public_key } => {
            let key = export_handle(py, &key)?;
            if !call_python(py, || key.bind(py).hasattr(intern!(py, "agree")))? {
                return Err(Error::unsupported("key agreement", "a key that only signs").into());
            }
            PyAgree { key, public_key: PyPublicKey(*public_key) }.into_bound_py_any(py)
        }
        Question::Sign { key, algorithm, data } => {
            PySign { key: export_handle(py, &key)?, algorithm, data }.into_bound_py_any(py)
        }
        Question::LongWork => PyLongWork.into_bound_py_any(py),
    }
}

/// Requests a DID document.
#[pyclass(frozen, get_all, name = "ResolveDid", module = "pydidcomm._core")]
pub(super) struct PyResolveDid {
    /// The DID.
    pub(super) did: String,
    /// Whether the document must not come from a cache.
    pub(super) fresh: bool,
    /// The time at which the document was valid, in seconds since the epoch; None for now.
    pub(super) version_time: Option<u64>,
    /// Whether the DID comes from a message whose sender is not proved.
    pub(super) unproved: bool,
}

/// Requests secrets.
#[pyclass(frozen, get_all, name = "FindSecrets", module = "pydidcomm._core")]
pub(super) struct PyFindSecrets {
    /// The kids, the preferred first.
    pub(super) kids: Vec<String>,
    /// The public key of each, or an empty list if they are unknown.
    pub(super) public_keys: Vec<PyPublicKey>,
    /// Whether to return every available secret; otherwise the first is enough.
    pub(super) every: bool,
}

#[pymethods]
impl PyFindSecrets {
    /// The kid, if there is exactly one; None if there are several.
    #[getter]
    fn only(&self) -> Option<&str> {
        match self.kids.as_slice() {
            [kid] => Some(kid),
            _ => None,
        }
    }
}

/// Requests from an external key the raw shared secret with a public key.
#[pyclass(frozen, get_all, name = "Agree", module = "pydidcomm._core")]
pub(super) struct PyAgree {
    /// The object of the external key.
    pub(super) key: Py<PyAny>,
    /// The other party's key.
    pub(super) public_key: PyPublicKey,
}

/// Requests a signature from an external key.
#[pyclass(frozen, name = "Sign", module = "pydidcomm._core")]
pub(super) struct PySign {
    pub(super) key: Py<PyAny>,
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) data: Vec<u8>,
}

/// Announces long work, which `run` does: on another thread, if an event loop is waiting.
#[pyclass(frozen, name = "LongWork", module = "pydidcomm._core")]
pub(super) struct PyLongWork;

#[pymethods]
impl PySign {
    /// The object of the external key.
    #[getter]
    fn key(&self, py: Python<'_>) -> Py<PyAny> {
        self.key.clone_ref(py)
    }

    /// The signature algorithm of the key's curve.
    #[getter]
    fn algorithm(&self) -> SignAlg {
        SignAlg(self.algorithm)
    }

    /// The data to sign.
    #[getter]
    fn data(&self) -> &[u8] {
        &self.data
    }
}
