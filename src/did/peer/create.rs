//! Creation of a did:peer:2.

use std::fmt::Write;

use serde_json::Value;

use super::elements::Purpose;
use super::service;
use crate::did::DidUrl;
use crate::error::{Error, Result};
use crate::keys::PublicKey;

/// The DID of these keys and services; the keys are named `#key-1`, `#key-2` in the order given.
pub fn create(keys: &[(Purpose, PublicKey)], services: &[Value]) -> Result<DidUrl> {
    if keys.is_empty() {
        return Err(Error::misuse("a did:peer:2 has at least one key"));
    }
    let mut did = "did:peer:2".to_owned();
    for (purpose, key) in keys {
        if !purpose.fits(key.curve()) {
            return Err(Error::misuse(format!(
                "a key on {} cannot serve {}",
                key.curve().name(),
                purpose.relationship()
            )));
        }
        // writing to a String cannot fail
        let _ = write!(did, ".{}{}", purpose.code(), key.to_multikey());
    }
    for service in services {
        let _ = write!(did, ".S{}", service::encode(service)?);
    }
    DidUrl::parse(&did)
}
