//! Creation of a did:peer:2.

use std::fmt::Write;

use serde_json::Value;

use super::elements::Purpose;
use super::service;
use crate::did::DidUrl;
use crate::error::Result;
use crate::keys::PublicKey;

/// Creates the DID of these keys and services; the keys are `#key-1`, `#key-2` and so on, in this order.
pub fn create(keys: &[(Purpose, PublicKey)], services: &[Value]) -> Result<DidUrl> {
    Purpose::check(keys)?;
    service::check_written(services)?;
    let mut did = "did:peer:2".to_owned();
    for (purpose, key) in keys {
        // writing to a String cannot fail
        let _ = write!(did, ".{}{}", purpose.code(), key.to_multikey());
    }
    for service in services {
        let _ = write!(did, ".S{}", service::encode(service)?);
    }
    DidUrl::parse(&did)
}
