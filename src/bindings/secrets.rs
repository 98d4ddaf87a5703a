//! `Secret` and `InMemorySecrets`.

use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use zeroize::Zeroizing;

use super::errors::misuse;
use super::json::{ObjectIn, ObjectOut};
use super::surroundings;
use crate::did::DidUrl;
use crate::error::Error;
use crate::keys::{Curve, SecretKey, SecretStore};

/// A secret key, parsed once: a handle that never shows what is inside.
///
/// Made from a JWK with `d`, or from a verification method with `privateKeyJwk`, `privateKeyMultibase` or
/// `privateKeyBase58`; `kid`, the DID URL under which the DID document lists the public half, comes from the
/// value unless it is given. The secret octets are zeroed when the last handle goes.
///
/// Raises:
///     ValueError: The value is no secret key, or its halves do not belong together.
///     UnsupportedError: It is a key on a curve that is not on offer.
///
/// Example:
///     >>> from pydidcomm import Secret
///     >>> secret = Secret.generate("X25519", kid="did:example:bob#key-1")
///     >>> secret
///     Secret(kid='did:example:bob#key-1')
///     >>> Secret(secret.expose_jwk()).public_multikey() == secret.public_multikey()
///     True
#[pyclass(frozen, name = "Secret", module = "pydidcomm")]
#[derive(Clone)]
pub(super) struct PySecret(pub(super) SecretKey);

#[pymethods]
impl PySecret {
    #[new]
    #[pyo3(signature = (secret, kid = None))]
    fn new(secret: ObjectIn, kid: Option<&str>) -> PyResult<Self> {
        parse(secret, kid).map(Self).map_err(misuse)
    }

    /// Generates a key on "X25519" (key agreement) or "Ed25519" (signatures).
    #[staticmethod]
    #[pyo3(signature = (curve, *, kid))]
    fn generate(curve: &str, kid: &str) -> PyResult<Self> {
        let kid = DidUrl::parse_kid(kid, "kid").map_err(misuse)?;
        let curve = Curve::from_name(curve).map_err(misuse)?;
        SecretKey::generate(kid, curve, &mut surroundings::random).map(Self).map_err(misuse)
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

    /// The same key under another id.
    fn renamed(&self, kid: &str) -> PyResult<Self> {
        let kid = DidUrl::parse_kid(kid, "kid").map_err(misuse)?;
        Ok(Self(self.0.renamed(kid)))
    }

    /// The public half as a JWK.
    fn public_jwk(&self) -> PyResult<ObjectOut> {
        let jwk = self.0.public_key()?.to_jwk();
        Ok(ObjectOut(serde_json::Value::Object(jwk).to_string()))
    }

    /// The public half as a Multikey, `z6LS...` or `z6Mk...`.
    fn public_multikey(&self) -> PyResult<String> {
        Ok(self.0.public_key()?.to_multikey())
    }

    /// The key as a JWK with its secret `d`, for those who keep it somewhere; Python cannot wipe the copy.
    fn expose_jwk(&self) -> PyResult<ObjectOut> {
        Ok(ObjectOut(serde_json::Value::Object(self.0.expose_jwk()?).to_string()))
    }

    fn __repr__(&self) -> String {
        format!("Secret(kid='{}')", self.0.kid())
    }
}

/// Secrets kept in this process, each parsed when it enters.
///
/// Takes JWKs with their `kid`, the other forms that `Secret` reads, and `Secret` handles. It is a
/// `SecretsStore`: `add_key` puts a secret in, `get_key` and `get_keys` find them.
///
/// Raises:
///     ValueError: An entry is no secret key.
///     UnsupportedError: An entry is a key on a curve that is not on offer.
///
/// Example:
///     >>> from pydidcomm import InMemorySecrets, Secret
///     >>> secrets = InMemorySecrets([Secret.generate("Ed25519", kid="did:example:bob#key-2")])
///     >>> secrets.get_keys(["did:example:bob#key-1", "did:example:bob#key-2"])
///     ['did:example:bob#key-2']
#[pyclass(frozen, subclass, name = "InMemorySecrets", module = "pydidcomm")]
pub(super) struct PyInMemorySecrets(pub(super) Arc<SecretStore>);

#[pymethods]
impl PyInMemorySecrets {
    #[new]
    #[pyo3(signature = (secrets: "collections.abc.Iterable[Secret | collections.abc.Mapping[str, typing.Any]]" = None))]
    fn new(secrets: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let store = Self(Arc::new(SecretStore::default()));
        for secret in secrets.map(|secrets| secrets.try_iter()).transpose()?.into_iter().flatten() {
            store.0.insert(secret_in(&secret?, None)?);
        }
        Ok(store)
    }

    /// Keeps a secret under its kid, in place of an earlier one.
    #[pyo3(signature = (secret: "Secret | collections.abc.Mapping[str, typing.Any]"))]
    fn add_key(&self, secret: &Bound<'_, PyAny>) -> PyResult<()> {
        self.0.insert(secret_in(secret, None)?);
        Ok(())
    }

    /// Forgets the secret of that kid, and says whether there was one.
    fn remove_key(&self, kid: &str) -> bool {
        self.0.remove(kid)
    }

    /// The secret of that kid, or None.
    fn get_key(&self, kid: &str) -> Option<PySecret> {
        self.0.find(kid).map(PySecret)
    }

    /// Those of the kids whose secrets are held.
    #[pyo3(signature = (kids: "collections.abc.Sequence[str]"))]
    fn get_keys(&self, kids: Vec<String>) -> Vec<String> {
        kids.into_iter().filter(|kid| self.0.find(kid).is_some()).collect()
    }

    /// The kids of all secrets, sorted.
    fn kids(&self) -> Vec<String> {
        self.0.kids()
    }

    fn __len__(&self) -> usize {
        self.0.kids().len()
    }

    fn __contains__(&self, kid: &str) -> bool {
        self.0.find(kid).is_some()
    }

    fn __repr__(&self) -> String {
        format!("InMemorySecrets({} secrets)", self.0.kids().len())
    }
}

/// What a secrets resolver answered for a kid: a handle or a JWK.
pub(super) fn secret_in(value: &Bound<'_, PyAny>, kid: Option<&str>) -> PyResult<SecretKey> {
    if let Ok(secret) = value.cast::<PySecret>() {
        return Ok(secret.get().0.clone());
    }
    if value.cast::<PyDict>().is_ok() {
        return parse(value.extract()?, kid).map_err(misuse);
    }
    let kind = value.get_type().name()?;
    Err(PyTypeError::new_err(format!("a secret is a Secret or a dict, not {kind}")))
}

fn parse(secret: ObjectIn, kid: Option<&str>) -> Result<SecretKey, Error> {
    let text = Zeroizing::new(secret.0);
    let value = serde_json::from_str(&text).map_err(|_| Error::malformed("secret", "no JSON"))?;
    SecretKey::from_value(&value, kid)
}
