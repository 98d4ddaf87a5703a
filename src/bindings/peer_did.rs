//! Creation of DIDs without a network, and the two forms of a DID.

use pyo3::prelude::*;
use pyo3::types::{PySequence, PyString};

use super::argument::{StrIn, WholeIn, type_error};
use super::errors::misuse;
use super::json::JsonIn;
use super::public_key::PyPublicKey;
use super::secrets::PySecret;
use super::text_in::TextIn;
use crate::did::peer::{self, Method, Purpose};
use crate::did::{self, jwk, key};
use crate::json;
use crate::keys::{PublicKey, SecretKey};

/// Whether two DIDs belong to one party: they are equal, or one is the short form of the other.
///
/// A did:peer:4 has a short and a long form, and a did:peer:3 is the short form of a did:peer:2. The short form is
/// the hash of the long form, and is computed for the comparison. DID URLs are compared by their DIDs.
///
/// Args:
///     one: A DID or a DID URL.
///     other: The DID or DID URL to compare it with.
///
/// Returns:
///     True if both belong to one party.
///
/// Example:
///     >>> from pydidcomm import same_party
///     >>> same_party("did:example:bob", "did:example:bob#key-1"), same_party("did:example:bob", "did:example:bo")
///     (True, False)
#[pyfunction]
#[pyo3(signature = (one, other, /))]
pub(super) fn same_party(one: StrIn, other: StrIn) -> bool {
    did::same_party(&one, &other)
}

/// The short form of a did:peer:2 or of the long form of a did:peer:4; any other DID unchanged.
///
/// Example:
///     >>> from pydidcomm import short_form
///     >>> did = "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M:zQSJgiFTYiCHjQ9MktwNThRXM7a"
///     >>> short_form(did)
///     'did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M'
#[pyfunction]
#[pyo3(signature = (did, /))]
pub(super) fn short_form(did: StrIn) -> String {
    did::shortest_form(&did).into_owned()
}

/// Create a did:peer of this numalgo; return it, its secrets by kid, and the preimage if the DID is only a hash.
#[pyfunction]
pub(super) fn encode_peer_did(
    method: WholeIn,
    agreement: Vec<Bound<'_, PySecret>>,
    authentication: Vec<Bound<'_, PySecret>>,
    services: Vec<JsonIn>,
) -> PyResult<(String, Vec<PySecret>, Option<String>)> {
    let method = Method::from_number(usize::try_from(method.0).unwrap_or(usize::MAX)).map_err(misuse)?;
    let purposes = [(Purpose::KeyAgreement, agreement), (Purpose::Authentication, authentication)];
    let (mut secrets, mut keys) = (Vec::new(), Vec::new());
    for (purpose, listed) in purposes {
        for secret in listed {
            let secret = secret.get().0.clone();
            keys.push((purpose, secret.public_key()));
            secrets.push(secret);
        }
    }
    let created = method.create(&keys, &parse_services(services)?).map_err(misuse)?;
    let secrets = if method == Method::InceptionKey {
        secrets
            .first()
            .map(|secret| key::derive_secrets(&created.did, secret))
            .transpose()?
            .unwrap_or_default()
    } else {
        secrets.iter().zip(created.kids).map(|(secret, kid)| secret.with_kid(kid)).collect()
    };
    Ok((created.did.to_string(), wrap_secrets(secrets), created.known))
}

/// Create a did:peer of this numalgo from public keys; return it, the kids in the order of the keys, and the preimage
/// if the DID is only a hash.
#[pyfunction]
pub(super) fn encode_peer_public_keys(
    method: WholeIn,
    agreement: Vec<PyPublicKey>,
    authentication: Vec<PyPublicKey>,
    services: Vec<JsonIn>,
) -> PyResult<(String, Vec<String>, Option<String>)> {
    let method = Method::from_number(usize::try_from(method.0).unwrap_or(usize::MAX)).map_err(misuse)?;
    let created = method
        .create(&with_purpose(agreement, authentication), &parse_services(services)?)
        .map_err(misuse)?;
    let kids = created.kids.iter().map(ToString::to_string).collect();
    Ok((created.did.to_string(), kids, created.known))
}

fn with_purpose(agreement: Vec<PyPublicKey>, authentication: Vec<PyPublicKey>) -> Vec<(Purpose, PublicKey)> {
    let purposes = [(Purpose::KeyAgreement, agreement), (Purpose::Authentication, authentication)];
    purposes
        .into_iter()
        .flat_map(|(purpose, keys)| keys.into_iter().map(move |key| (purpose, key.0)))
        .collect()
}

fn parse_services(services: Vec<JsonIn>) -> PyResult<Vec<serde_json::Value>> {
    services.into_iter().map(|JsonIn(text)| json::value(&text, "services").map_err(misuse)).collect()
}

fn keys_in(value: &Bound<'_, PyAny>) -> PyResult<Vec<PyPublicKey>> {
    value.extract().map_err(|_| type_error(value, "a list of PublicKey"))
}

fn services_in(value: &Bound<'_, PyAny>) -> PyResult<Vec<JsonIn>> {
    if value.cast::<PyString>().is_ok() || value.cast::<PySequence>().is_err() {
        return Err(type_error(value, "a list of dict"));
    }
    value.extract()
}

/// Create a did:peer:2 from public keys, for instance of external keys, and services.
///
/// Args:
///     agreement: The keys for key agreement.
///     authentication: The keys for signatures.
///     services: The services, each an object as in a DID document. A list of services becomes one element, as in
///         DIDs until 2023.
///
/// Returns:
///     The DID. Its keys are `#key-1`, `#key-2` and so on, those for key agreement first.
///
/// Raises:
///     ValueError: No key is given, a key is unfit for its purpose, or a service is not an object.
///
/// Example:
///     >>> from pydidcomm import PublicKey, encode_public_keys
///     >>> key = PublicKey("z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc")
///     >>> encode_public_keys(agreement=[key])
///     'did:peer:2.Ez6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc'
#[pyfunction]
#[pyo3(signature = (*, agreement: "Sequence[PublicKey]" = Vec::new(), authentication: "Sequence[PublicKey]" = Vec::new(), services: "Sequence[Any]" = Vec::new()))]
pub(super) fn encode_public_keys(
    #[pyo3(from_py_with = keys_in)] agreement: Vec<PyPublicKey>,
    #[pyo3(from_py_with = keys_in)] authentication: Vec<PyPublicKey>,
    #[pyo3(from_py_with = services_in)] services: Vec<JsonIn>,
) -> PyResult<String> {
    let keys = with_purpose(agreement, authentication);
    let created = Method::MultipleKeys.create(&keys, &parse_services(services)?).map_err(misuse)?;
    Ok(created.did.to_string())
}

/// Create the long form of a did:peer:4 from an input document.
///
/// The caller has the keys of the document, and stores their secrets under kids such as `did#key-1`.
///
/// Args:
///     document: A DID document without `id`, whose ids are relative.
///
/// Returns:
///     The long form.
///
/// Raises:
///     ValueError: The document is not a JSON object, has an `id` or an id that is not relative, or is too long for
///         a DID.
///
/// Example:
///     >>> from pydidcomm import encode_did_document
///     >>> encode_did_document({"hello": "world"})
///     'did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M:zQSJgiFTYiCHjQ9MktwNThRXM7a'
#[pyfunction]
pub(super) fn encode_did_document(document: TextIn) -> PyResult<String> {
    let json = json::value(&document.0, "document").map_err(misuse)?;
    peer::create_of_document(&json).map(|did| did.to_string()).map_err(misuse)
}

/// The did:key of a secret, and its secrets with their kids; an Ed25519 key implies an X25519 key.
#[pyfunction]
pub(super) fn encode_key_did(secret: &Bound<'_, PySecret>) -> PyResult<(String, Vec<PySecret>)> {
    let secret = &secret.get().0;
    let did = did::DidUrl::parse(&key::create(&secret.public_key()))?;
    Ok((did.to_string(), wrap_secrets(key::derive_secrets(&did, secret)?)))
}

/// The did:jwk of a secret, and the secret with its kid.
#[pyfunction]
pub(super) fn encode_jwk_did(secret: &Bound<'_, PySecret>) -> PyResult<(String, Vec<PySecret>)> {
    let secret = &secret.get().0;
    let did = jwk::create(&secret.public_key())?;
    Ok((did.to_string(), wrap_secrets(vec![secret.with_kid(jwk::kid(&did))])))
}

fn wrap_secrets(secrets: Vec<SecretKey>) -> Vec<PySecret> {
    secrets.into_iter().map(PySecret).collect()
}
