//! What all programs of one run are given: documents, secrets, and operations by name.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// Documents by DID, secrets as JWKs with their `kid`, and what is to be done.
#[derive(Deserialize)]
pub struct Fixture {
    pub documents: Map<String, Value>,
    pub secrets: Vec<Value>,
    pub operations: BTreeMap<String, Description>,
}

/// One operation.
#[derive(Clone, Deserialize)]
pub struct Description {
    pub kind: Kind,
    /// The recipient; in a wrap the next hop.
    pub to: Option<String>,
    /// The sender of authcrypt.
    pub frm: Option<String>,
    /// The signer.
    pub sign_frm: Option<String>,
    /// For whom a forward is wrapped.
    pub mediator: Option<String>,
    /// The content encryption of anoncrypt.
    pub enc: Option<String>,
    /// Whether anoncrypt around authcrypt hides the sender.
    #[serde(default)]
    pub protect: bool,
    /// Whether both parties have met before.
    #[serde(default)]
    pub established: bool,
    /// The plaintext to pack.
    pub message: Option<Box<RawValue>>,
    /// The envelope to unpack or to wrap.
    pub packed: Option<String>,
    /// The DID to resolve.
    pub did: Option<String>,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Pack,
    Unpack,
    Sign,
    Verify,
    Wrap,
    Create,
    Resolve,
}

impl Fixture {
    /// The ids of the keys of a DID under a relationship.
    pub fn kids(&self, did: &str, relationship: &str) -> Vec<String> {
        let listed = self.documents[did][relationship].as_array().cloned().unwrap_or_default();
        listed.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// The public key of that id, a JWK.
    pub fn public_jwk(&self, kid: &str) -> &Value {
        let (did, _) = kid.split_once('#').unwrap();
        let methods = self.documents[did]["verificationMethod"].as_array().unwrap();
        &methods.iter().find(|method| method["id"] == kid).unwrap()["publicKeyJwk"]
    }

    /// The secret of that id, a JWK.
    pub fn secret_jwk(&self, kid: &str) -> Option<&Value> {
        self.secrets.iter().find(|jwk| jwk["kid"] == kid)
    }
}
