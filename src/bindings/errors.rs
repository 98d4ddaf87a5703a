//! The only mapping of the core's errors to the exceptions of `pydidcomm.errors`.

use std::collections::BTreeMap;

use pyo3::exceptions::{PyMemoryError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::argument::describe_text;
use super::callback::call_python;
use super::package::exceptions;
use crate::display;
use crate::error::Error;

exceptions!(
    "pydidcomm.errors":
    ContentNotFoundError,
    DecryptionError,
    DidDeactivatedError,
    DidNotFoundError,
    EndpointNotFoundError,
    IncompatibleKeysError,
    InvalidSignatureError,
    KeyNotFoundError,
    MalformedDocumentError,
    MalformedMessageError,
    PolicyError,
    SecretNotFoundError,
    UnsupportedError,
    UntrustedMessageError,
);

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        let exception = match error {
            Error::Misuse(reason) => PyValueError::new_err(display::escape(&reason)),
            Error::Malformed { part, reason } => MalformedMessageError::new_err((part, reason)),
            Error::MalformedDocument { did, reason } => MalformedDocumentError::new_err((did, reason)),
            Error::Unsupported { what, algorithm } => UnsupportedError::new_err((what, algorithm)),
            Error::UnsupportedKeys { relationship, keys } => {
                let kinds = keys.iter().map(|key| key.kind.as_str()).collect::<Vec<_>>().join(", ");
                let keys: BTreeMap<_, _> =
                    keys.iter().map(|key| (key.kid.clone(), key.kind.clone())).collect();
                UnsupportedError::new_err((relationship, kinds, keys))
            }
            Error::IncompatibleKeys { sender, recipient, sender_curves, recipient_curves } => {
                IncompatibleKeysError::new_err((sender, recipient, sender_curves, recipient_curves))
            }
            Error::DidDeactivated { did } => DidDeactivatedError::new_err(did),
            Error::DidNotFound { did } => DidNotFoundError::new_err(did),
            Error::KeyNotFound { did, kid, relationship, candidates } => {
                KeyNotFoundError::new_err((did, kid, relationship, candidates))
            }
            Error::EndpointNotFound { did } => EndpointNotFoundError::new_err(did),
            Error::SecretNotFound { kids } => SecretNotFoundError::new_err((kids,)),
            Error::ContentNotFound { links } => ContentNotFoundError::new_err((links,)),
            Error::Untrusted { claim, kid, did } => {
                UntrustedMessageError::new_err((claim.as_str(), kid, did))
            }
            Error::Policy { demand, did } => PolicyError::new_err((demand.as_str(), did)),
            Error::Memory => PyMemoryError::new_err(()),
            Error::Decryption => DecryptionError::new_err(()),
            Error::InvalidSignature => InvalidSignatureError::new_err(()),
            Error::Answer(reason) => PyRuntimeError::new_err(reason),
        };
        // the exception is created here, because its class is Python code
        Python::attach(|py| call_python(py, || exception.value(py).is_none()));
        exception
    }
}

/// The error of a message that does not decrypt, with the recipient kids in its open header.
pub(super) fn decryption_error(kids: Vec<String>) -> PyErr {
    let exception = DecryptionError::new_err((kids,));
    Python::attach(|py| call_python(py, || exception.value(py).is_none()));
    exception
}

/// The error of an invalid argument: `ValueError` in place of the core's error for a malformed message.
pub(super) fn misuse(error: Error) -> PyErr {
    match error {
        Error::Malformed { .. } => PyValueError::new_err(display::escape(&error.to_string())),
        Error::Unsupported { what, algorithm } => {
            let known = NAMES.iter().find(|(kind, _)| *kind == what).map(|(_, names)| *names);
            let algorithm = match known {
                Some(names) if !describe_text(&algorithm, names).starts_with('\'') => {
                    describe_text(&algorithm, names)
                }
                _ => algorithm,
            };
            Error::Unsupported { what, algorithm }.into()
        }
        other => other.into(),
    }
}

/// Registered names of JOSE and the specification by kind, which an error may repeat; any other text may be a secret.
const NAMES: [(&str, &[&str]); 5] = [
    ("curve", &["X25519", "Ed25519", "P-256", "P-384", "P-521", "secp256k1", "X448", "Ed448", "P-192"]),
    (
        "content encryption",
        &[
            "A256CBC-HS512",
            "A256GCM",
            "XC20P",
            "A128GCM",
            "A192GCM",
            "A128CBC-HS256",
            "A192CBC-HS384",
            "C20P",
        ],
    ),
    ("key type", &["OKP", "EC", "RSA", "oct"]),
    (
        "verification method type",
        &["JsonWebKey", "JsonWebKey2020", "Multikey", "RsaVerificationKey2018", "Bls12381G2Key2020"],
    ),
    ("profile", &["didcomm/v2", "didcomm/aip1", "didcomm/aip2;env=rfc19", "didcomm/aip2;env=rfc587"]),
];

/// Escape everything that is not printable, and omit the middle of a text longer than `longest` characters.
#[pyfunction]
#[pyo3(signature = (text, longest = None))]
pub(super) fn sanitize(text: &Bound<'_, PyString>, longest: Option<usize>) -> String {
    // a lone surrogate is not Unicode: it becomes the replacement character
    let text = text.to_string_lossy();
    longest.map_or_else(|| display::escape(&text), |longest| display::shorten(&text, longest))
}
