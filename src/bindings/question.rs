//! The questions of an operation, as Python is asked them.

use pyo3::prelude::*;

use super::algorithms::SignAlg;
use super::public_key::PyPublicKey;
use crate::SignatureAlgorithm;

/// Asks for a DID document.
#[pyclass(frozen, get_all, name = "ResolveDid", module = "pydidcomm._core")]
pub(super) struct PyResolveDid {
    /// The DID.
    pub(super) did: String,
}

/// Asks for secrets.
#[pyclass(frozen, get_all, name = "FindSecrets", module = "pydidcomm._core")]
pub(super) struct PyFindSecrets {
    /// The kids, the preferred first.
    pub(super) kids: Vec<String>,
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
