//! Creation of a did:peer:2.

use pyo3::prelude::*;

use super::errors::misuse;
use super::json::JsonIn;
use super::secrets::PySecret;
use crate::did::peer::{self, Purpose};
use crate::error::Error;
use crate::keys::SecretKey;

/// The did:peer:2 of these keys and services, in this order; keys for agreement go before keys that sign.
#[pyfunction]
pub(super) fn encode_peer_did(secrets: Vec<Bound<'_, PySecret>>, services: Vec<JsonIn>) -> PyResult<String> {
    let purposed = |secret: &SecretKey| {
        let agrees = secret.curve().can_agree();
        let purpose = if agrees { Purpose::KeyAgreement } else { Purpose::Authentication };
        secret.public_key().map(|key| (purpose, key))
    };
    let keys = secrets.iter().map(|secret| purposed(&secret.get().0)).collect::<Result<Vec<_>, _>>()?;
    let services = services
        .into_iter()
        .map(|JsonIn(text)| {
            serde_json::from_str(&text).map_err(|_| Error::misuse("a service is a JSON object"))
        })
        .collect::<Result<Vec<_>, _>>()?;
    peer::create(&keys, &services).map(|did| did.to_string()).map_err(misuse)
}
