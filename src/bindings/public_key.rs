//! `PublicKey`.

#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
#[cfg(feature = "stubs")]
use pyo3::type_hint_union;
use pyo3::types::{PyString, PyTuple};

use super::argument::{StrIn, flag, type_error};
use super::bytes_in::AnswerBytes;
use super::errors::misuse;
use super::json::{ObjectIn, ObjectOut, is_object};
use super::value::{Reduced, Value, hash_of};
use crate::json;
use crate::keys::{Curve, PublicKey};

/// A public key, a valid point on its curve.
///
/// The constructor takes a JWK or a Multikey text. `agree` of an external key receives the peer's key as one.
/// DIDComm v2.1, section "Key IDs in DID documents"; RFC 7517; SEC 1.
///
/// Raises:
///     ValueError: The value is not a public key, or not a point on its curve.
///     UnsupportedError: The curve or the encoding is not supported.
///
/// Example:
///     >>> from pydidcomm import PublicKey
///     >>> key = PublicKey("z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc")
///     >>> key.curve, len(key.octets())
///     ('X25519', 32)
///     >>> PublicKey(key.jwk()) == key
///     True
#[pyclass(frozen, eq, weakref, from_py_object, name = "PublicKey", module = "pydidcomm")]
#[derive(Clone, PartialEq)]
pub(super) struct PyPublicKey(pub(super) PublicKey);

/// A key in either form of DID documents.
enum KeyIn {
    Multikey(String),
    Jwk(ObjectIn),
}

impl<'py> FromPyObject<'_, 'py> for KeyIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_union!(
        <StrIn as FromPyObject<'_, '_>>::INPUT_TYPE,
        <ObjectIn as FromPyObject<'_, '_>>::INPUT_TYPE
    );

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if value.cast::<PyString>().is_ok() {
            return value.extract().map(|StrIn(text)| Self::Multikey(text));
        }
        if !is_object(&value) {
            return Err(type_error(&value, "a Multikey (str) or a JWK (dict)"));
        }
        value.extract().map(Self::Jwk)
    }
}

impl Value for PyPublicKey {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (self.0.to_multikey(),).into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (multikey,): (String,) = parts.extract()?;
        Ok(PublicKey::from_multikey(&multikey).map(Self)?)
    }
}

#[pymethods]
impl PyPublicKey {
    #[new]
    fn new(key: KeyIn) -> PyResult<Self> {
        let key = match key {
            KeyIn::Multikey(text) => PublicKey::from_multikey(&text),
            KeyIn::Jwk(ObjectIn(text)) => json::value(&text, "jwk").and_then(|jwk| PublicKey::from_jwk(&jwk)),
        };
        key.map(Self).map_err(misuse)
    }

    /// Read a key from its bytes, as in PKCS#11 and most key stores.
    ///
    /// Args:
    ///     curve: The name of the curve, as in a JWK's `crv`.
    ///     octets: The 32 raw bytes of an X25519 or Ed25519 key, or a point in the compressed or uncompressed form of
    ///         SEC 1.
    ///
    /// Raises:
    ///     ValueError: The bytes are not a public key on the curve.
    ///     UnsupportedError: The curve is not supported.
    #[staticmethod]
    fn from_octets(curve: StrIn, octets: AnswerBytes) -> PyResult<Self> {
        Curve::from_name(&curve)
            .and_then(|curve| PublicKey::from_bytes(curve, &octets.0))
            .map(Self)
            .map_err(misuse)
    }

    /// The name of the curve, as in a JWK's `crv`.
    #[getter]
    fn curve(&self) -> &'static str {
        self.0.curve().name()
    }

    /// The bytes of the key, as PKCS#11 and most key stores take them.
    ///
    /// X25519 and Ed25519 keys are 32 raw bytes. Keys on other curves are the uncompressed point 04 || x || y, or
    /// the compressed point with `compressed=True`.
    #[pyo3(signature = (*, compressed: "bool" = false))]
    fn octets(&self, #[pyo3(from_py_with = flag)] compressed: bool) -> Vec<u8> {
        if compressed { self.0.bytes() } else { self.0.uncompressed_bytes().to_vec() }
    }

    /// The key as a JWK.
    fn jwk(&self) -> ObjectOut {
        ObjectOut(serde_json::Value::Object(self.0.to_jwk()).to_string())
    }

    /// The key as a Multikey, for instance `z6LS...`.
    fn multikey(&self) -> String {
        self.0.to_multikey()
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        Reduced::of(slf)
    }

    fn __hash__(&self) -> u64 {
        hash_of(self.0.bytes())
    }

    fn __repr__(&self) -> String {
        format!("PublicKey('{}')", self.0.to_multikey())
    }
}
