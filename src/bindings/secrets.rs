//! `Secret` and `InMemorySecrets`.

use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
#[cfg(feature = "stubs")]
use pyo3::{PyTypeInfo, type_hint_identifier, type_hint_subscript, type_hint_union};
use zeroize::Zeroizing;

use super::argument::{StrIn, StringsIn, content_error, type_error};
use super::bytes_in::AnswerBytes;
use super::errors::misuse;
use super::json::{ObjectIn, ObjectOut, is_object};
use super::public_key::PyPublicKey;
use super::system;
use crate::did::DidUrl;
use crate::display::quote;
use crate::error::Error;
use crate::keys::{Curve, SecretKey, SecretStore, secret_kid};

/// A private key, parsed once; its text forms never contain the private bytes.
///
/// The constructor takes a JWK with `d`, or a verification method with `privateKeyJwk`, `privateKeyMultibase`,
/// `privateKeyBase58`, `secretKeyJwk` or `secretKeyMultibase`. `kid` is the DID URL of the public key in the DID
/// document, and defaults to the `kid` or `id` of the value. A verkey of DIDComm v1 counts as the kid in its did:key.
/// The private bytes are zeroed with the last reference to the object.
///
/// Raises:
///     ValueError: The value is not a private key, has no kid, or its private and public keys do not match.
///     UnsupportedError: The curve or the type of the key is not supported.
///
/// Example:
///     >>> from pydidcomm import Secret
///     >>> secret = Secret.generate("X25519", kid="did:example:bob#key-1")
///     >>> secret
///     Secret(kid='did:example:bob#key-1')
///     >>> Secret(secret.expose_jwk()).public_multikey() == secret.public_multikey()
///     True
#[pyclass(frozen, weakref, name = "Secret", module = "pydidcomm")]
#[derive(Clone)]
pub(super) struct PySecret(pub(super) SecretKey);

/// The temporary kid of a key whose did:key is not computed yet.
const UNNAMED: &str = "did:key:z#unnamed";

/// The secret under its kid, or without one under the kid in its did:key.
fn name_secret(secret: SecretKey, kid: Option<&str>) -> PyResult<PySecret> {
    if kid.is_some() {
        return Ok(PySecret(secret));
    }
    let multikey = secret.public_key().to_multikey();
    let kid = DidUrl::parse_kid(&format!("did:key:{multikey}#{multikey}"), "kid").map_err(misuse)?;
    Ok(PySecret(secret.with_kid(kid)))
}

#[pymethods]
impl PySecret {
    #[new]
    #[pyo3(signature = (secret, kid = None))]
    fn new(secret: ObjectIn, kid: Option<StrIn>) -> PyResult<Self> {
        parse(secret, kid.as_deref()).map(Self).map_err(misuse)
    }

    /// Read a private key from its raw bytes, and compute the public key.
    ///
    /// Args:
    ///     curve: The name of the curve, as in a JWK's `crv`.
    ///     octets: The raw bytes of the private key.
    ///     kid: The DID URL of the key; defaults to the kid in its did:key.
    ///
    /// Raises:
    ///     ValueError: The bytes are not a private key on the curve, or `kid` is not the DID URL of a key.
    ///     UnsupportedError: The curve is not supported.
    #[staticmethod]
    #[pyo3(signature = (curve, octets, *, kid = None))]
    fn from_octets(curve: StrIn, octets: AnswerBytes, kid: Option<StrIn>) -> PyResult<Self> {
        let name = secret_kid(kid.as_deref().unwrap_or(UNNAMED), "kid").map_err(misuse)?;
        let curve = Curve::from_name(&curve).map_err(misuse)?;
        let secret = SecretKey::from_bytes(name, curve, &Zeroizing::new(octets.0)).map_err(misuse)?;
        name_secret(secret, kid.as_deref())
    }

    /// Generate a private key on a curve.
    ///
    /// Args:
    ///     curve: "X25519", "P-256", "P-384" or "P-521" for key agreement; "Ed25519", "P-256" or "secp256k1" for
    ///         signatures.
    ///     kid: The DID URL of the key; defaults to the kid in its did:key. `renamed` changes it.
    ///
    /// Raises:
    ///     ValueError: `kid` is not the DID URL of a key.
    ///     UnsupportedError: The curve is not supported.
    ///
    /// Example:
    ///     >>> from pydidcomm import Secret
    ///     >>> secret = Secret.generate("Ed25519")
    ///     >>> secret.kid == f"did:key:{secret.public_multikey()}#{secret.public_multikey()}"
    ///     True
    #[staticmethod]
    #[pyo3(signature = (curve, *, kid = None))]
    fn generate(curve: StrIn, kid: Option<StrIn>) -> PyResult<Self> {
        let name = secret_kid(kid.as_deref().unwrap_or(UNNAMED), "kid").map_err(misuse)?;
        let curve = Curve::from_name(&curve).map_err(misuse)?;
        let secret = SecretKey::generate(name, curve, &mut system::random).map_err(misuse)?;
        name_secret(secret, kid.as_deref())
    }

    /// The DID URL of the key.
    #[getter]
    fn kid(&self) -> &str {
        self.0.kid().as_str()
    }

    /// The name of the curve, as in a JWK's `crv`.
    #[getter]
    fn curve(&self) -> &'static str {
        self.0.curve().name()
    }

    /// The same key under another kid.
    ///
    /// Raises:
    ///     ValueError: `kid` is not the DID URL of a key.
    fn renamed(&self, kid: StrIn) -> PyResult<Self> {
        let kid = secret_kid(&kid, "kid").map_err(misuse)?;
        Ok(Self(self.0.with_kid(kid)))
    }

    /// The public key.
    #[getter]
    fn public_key(&self) -> PyPublicKey {
        PyPublicKey(self.0.public_key())
    }

    /// The public key as a JWK.
    fn public_jwk(&self) -> ObjectOut {
        ObjectOut(serde_json::Value::Object(self.0.public_key().to_jwk()).to_string())
    }

    /// The public key as a Multikey, for instance `z6LS...` or `z6Mk...`.
    fn public_multikey(&self) -> String {
        self.0.public_key().to_multikey()
    }

    /// The key as a JWK with its private member `d`, for storage; Python cannot zero this copy.
    fn expose_jwk(&self) -> PyResult<ObjectOut> {
        Ok(ObjectOut(serde_json::Value::Object(self.0.expose_jwk()?).to_string()))
    }

    fn __reduce__(&self) -> PyResult<String> {
        Err(PyTypeError::new_err(
            "a Secret is not pickled or copied: the private key would leave this process unprotected. Share this \
             object, or store the key with `expose_jwk()`",
        ))
    }

    fn __repr__(&self) -> String {
        format!("Secret(kid={})", quote(self.kid()))
    }
}

/// Private keys in the memory of this process, parsed on insertion.
///
/// The constructor takes a list of `Secret`, of JWKs with `kid`, or of the other forms that `Secret` reads. It is a
/// `SecretsStore`: `add_key` stores a secret, `get_key` and `get_keys` find secrets.
///
/// The long and the short form of a DID, such as a did:peer:4, are one party: a secret that was stored under one form
/// is found, replaced and removed under the other form too.
///
/// Raises:
///     ValueError: An entry is not a private key, or has no kid.
///     UnsupportedError: The curve or the type of an entry is not supported.
///
/// Example:
///     >>> from pydidcomm import InMemorySecrets, Secret
///     >>> secrets = InMemorySecrets([Secret.generate("Ed25519", kid="did:example:bob#key-2")])
///     >>> secrets.get_keys(["did:example:bob#key-1", "did:example:bob#key-2"])
///     ['did:example:bob#key-2']
#[pyclass(frozen, subclass, weakref, name = "InMemorySecrets", module = "pydidcomm")]
pub(super) struct PyInMemorySecrets(pub(super) Arc<SecretStore>);

#[pymethods]
impl PyInMemorySecrets {
    // the arguments of a subclass are for its __init__
    #[new]
    #[pyo3(signature = (*_arguments: "Any", **_named: "Any") -> "Self")]
    #[pyo3(text_signature = "(secrets=None)")]
    fn new(_arguments: &Bound<'_, PyTuple>, _named: Option<&Bound<'_, PyDict>>) -> Self {
        Self(Arc::default())
    }

    #[pyo3(signature = (secrets = None))]
    fn __init__(&self, secrets: Option<SecretsIn>) {
        for secret in secrets.into_iter().flat_map(|secrets| secrets.0) {
            self.0.insert(secret);
        }
    }

    /// Store a secret under its kid, and replace an earlier one.
    fn add_key(&self, secret: SecretIn) {
        self.0.insert(secret.0);
    }

    /// Remove the secret with this kid, and return whether there was one.
    fn remove_key(&self, kid: StrIn) -> bool {
        self.0.remove(&kid)
    }

    /// The secret with this kid, under the kid of its insertion; None if there is none.
    fn get_key(&self, kid: StrIn) -> Option<PySecret> {
        self.0.find(&kid).map(PySecret)
    }

    /// The kids, among these, whose secrets are stored.
    fn get_keys(&self, kids: StringsIn) -> Vec<String> {
        kids.0.into_iter().filter(|kid| self.0.find(kid).is_some()).collect()
    }

    /// The kids of all secrets, sorted.
    fn kids(&self) -> Vec<String> {
        self.0.kids()
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __contains__(&self, kid: &str) -> bool {
        self.0.find(kid).is_some()
    }

    fn __reduce__(&self) -> PyResult<String> {
        Err(PyTypeError::new_err(
            "InMemorySecrets are not pickled or copied: the private keys would leave this process unprotected. \
             Share this object, or let each process read the keys from their store",
        ))
    }

    fn __repr__(&self) -> String {
        format!("InMemorySecrets({} secrets)", self.0.len())
    }
}

/// A secret argument: a `Secret`, or any other form with its kid.
struct SecretIn(SecretKey);

/// A list of secrets.
struct SecretsIn(Vec<SecretKey>);

#[cfg(feature = "stubs")]
const SECRET: PyStaticExpr =
    type_hint_union!(<PySecret as PyTypeInfo>::TYPE_HINT, <ObjectIn as FromPyObject<'_, '_>>::INPUT_TYPE);

impl<'py> FromPyObject<'_, 'py> for SecretIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = SECRET;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        read_local_secret(&value, parse_named)
            .map(Self)
            .map_err(|error| content_error(value.py(), error, "a secret key"))
    }
}

impl<'py> FromPyObject<'_, 'py> for SecretsIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr =
        type_hint_subscript!(type_hint_identifier!("collections.abc", "Iterable"), SECRET);

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if is_object(&value) || value.cast::<PyString>().is_ok() {
            return Err(type_error(&value, "a list of Secret or dict"));
        }
        let secrets = value.try_iter().map_err(|_| type_error(&value, "a list of Secret or dict"))?;
        secrets.map(|secret| read_local_secret(&secret?, parse_named)).collect::<PyResult<_>>().map(Self)
    }
}

/// Parses the JSON text of a secret that contains its kid.
fn parse_named(text: &str) -> Result<SecretKey, Error> {
    SecretKey::from_json(text, None)
}

/// A secret as a handle, or in a form whose JSON text `parse` reads.
pub(super) fn read_local_secret(
    value: &Bound<'_, PyAny>,
    parse: impl FnOnce(&str) -> Result<SecretKey, Error>,
) -> PyResult<SecretKey> {
    if let Ok(secret) = value.cast::<PySecret>() {
        return Ok(secret.get().0.clone());
    }
    if is_object(value) {
        let ObjectIn(text) = value.extract()?;
        return parse(&Zeroizing::new(text)).map_err(misuse);
    }
    Err(type_error(value, "a Secret or a dict"))
}

fn parse(secret: ObjectIn, kid: Option<&str>) -> Result<SecretKey, Error> {
    SecretKey::from_json(&Zeroizing::new(secret.0), kid)
}
