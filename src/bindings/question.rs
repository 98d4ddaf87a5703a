//! The questions of an operation, as Python is asked them.

use pyo3::prelude::*;

use super::algorithms::SignAlg;
use super::external_key::{AnswerBytes, held_in};
use super::public_key::PyPublicKey;
use super::resolved;
use crate::SignatureAlgorithm;
use crate::caller::{Answer, Question};

/// What kind of answer is waited for.
#[derive(Clone, Copy)]
pub(super) enum Asked {
    Document,
    Secrets,
    SharedSecret,
    Signature,
    Leave,
}

impl Asked {
    pub(super) fn of(question: &Question) -> Self {
        match question {
            Question::ResolveDid { .. } => Self::Document,
            Question::FindSecrets { .. } => Self::Secrets,
            Question::Agree { .. } => Self::SharedSecret,
            Question::Sign { .. } => Self::Signature,
            Question::LongWork => Self::Leave,
        }
    }

    /// The answer as the core takes it.
    pub(super) fn answer(self, value: &Bound<'_, PyAny>, most_entries: usize) -> PyResult<Answer> {
        Ok(match self {
            Self::Document => resolved::answer(value, most_entries)?,
            Self::Secrets => {
                let secrets: Vec<(String, Bound<'_, PyAny>)> = value.extract()?;
                let secrets = secrets.into_iter().map(|(kid, secret)| {
                    let secret = held_in(&secret, &kid)?;
                    Ok((kid, secret))
                });
                Answer::Secrets(secrets.collect::<PyResult<_>>()?)
            }
            Self::SharedSecret => Answer::SharedSecret(value.extract::<AnswerBytes>()?.0.into()),
            Self::Leave => Answer::Proceed,
            Self::Signature => Answer::Signature(value.extract::<AnswerBytes>()?.0),
        })
    }
}

/// Asks for a DID document.
#[pyclass(frozen, get_all, name = "ResolveDid", module = "pydidcomm._core")]
pub(super) struct PyResolveDid {
    /// The DID.
    pub(super) did: String,
    /// Whether the document must not come from a cache.
    pub(super) fresh: bool,
    /// The time at which the document was valid, in seconds since the epoch; None for now.
    pub(super) version_time: Option<u64>,
    /// Whether a message names the DID whose sender is not proved.
    pub(super) unproved: bool,
}

/// Asks for secrets.
#[pyclass(frozen, get_all, name = "FindSecrets", module = "pydidcomm._core")]
pub(super) struct PyFindSecrets {
    /// The kids, the preferred first.
    pub(super) kids: Vec<String>,
    /// The public half of each where they are known; otherwise none.
    pub(super) public_keys: Vec<PyPublicKey>,
    /// Whether all that are held are wanted; otherwise the first will do.
    pub(super) every: bool,
}

/// Asks a key that lives elsewhere for the raw shared secret with a public key.
#[pyclass(frozen, get_all, name = "Agree", module = "pydidcomm._core")]
pub(super) struct PyAgree {
    /// The object that stands for the key.
    pub(super) key: Py<PyAny>,
    /// The other party's key.
    pub(super) public_key: PyPublicKey,
}

/// Asks a key that lives elsewhere for a signature.
#[pyclass(frozen, name = "Sign", module = "pydidcomm._core")]
pub(super) struct PySign {
    pub(super) key: Py<PyAny>,
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) data: Vec<u8>,
}

/// Says that what comes next takes long, and asks for leave.
#[pyclass(frozen, name = "LongWork", module = "pydidcomm._core")]
pub(super) struct PyLongWork;

#[pymethods]
impl PySign {
    /// The object that stands for the key.
    #[getter]
    fn key(&self, py: Python<'_>) -> Py<PyAny> {
        self.key.clone_ref(py)
    }

    /// The algorithm, which fits the key.
    #[getter]
    fn algorithm(&self) -> SignAlg {
        SignAlg(self.algorithm)
    }

    /// What is signed.
    #[getter]
    fn data(&self) -> &[u8] {
        &self.data
    }
}
