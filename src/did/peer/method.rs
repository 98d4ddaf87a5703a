//! The numalgos of did:peer, and the creation of DIDs from keys and services.

use serde_json::Value;

use super::{Purpose, create, numalgo0, numalgo1, numalgo4};
use crate::did::DidUrl;
use crate::did_url::short_form;
use crate::error::{Error, Result};
use crate::keys::PublicKey;

/// A numalgo of did:peer, by the content of the DID.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Method {
    /// 0: one key.
    InceptionKey,
    /// 1: the hash of a genesis document.
    Genesis,
    /// 2: several keys and services.
    MultipleKeys,
    /// 3: the hash of a did:peer:2.
    Shortened,
    /// 4: a document, and its hash.
    Document,
}

/// A created DID.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Created {
    /// The DID; the long form, if it has two forms.
    pub did: DidUrl,
    /// The kids, in the order of the keys; under the short form, if the DID has two forms.
    pub kids: Vec<DidUrl>,
    /// The preimage of the DID's hash: the did:peer:2, or the genesis document. Without it the DID does not resolve,
    /// neither here nor at the peer.
    pub known: Option<String>,
}

impl Method {
    /// Every numalgo.
    pub const ALL: [Self; 5] =
        [Self::InceptionKey, Self::Genesis, Self::MultipleKeys, Self::Shortened, Self::Document];

    /// The numalgo with this number.
    pub fn from_number(number: usize) -> Result<Self> {
        let method = Self::ALL.get(number).copied();
        method.ok_or_else(|| Error::unsupported("did:peer method", number.to_string()))
    }

    /// Creates the DID of these keys and services.
    pub fn create(self, keys: &[(Purpose, PublicKey)], services: &[Value]) -> Result<Created> {
        match self {
            Self::InceptionKey => match keys {
                [(_, key)] if services.is_empty() => {
                    let did = numalgo0::create(key)?;
                    let kids = vec![did.with_fragment(&key.to_multikey())];
                    Ok(Created { did, kids, known: None })
                }
                _ => Err(Error::misuse("a did:peer:0 must have one key and no services")),
            },
            Self::MultipleKeys => {
                let did = create(keys, services)?;
                Ok(Created { kids: number_kids(&did, keys), did, known: None })
            }
            Self::Shortened => {
                let long = create(keys, services)?;
                let did = DidUrl::parse(&short_form(long.did()).unwrap_or_default())?;
                Ok(Created { kids: number_kids(&did, keys), did, known: Some(long.to_string()) })
            }
            Self::Genesis => {
                let document = numalgo4::input_document(keys, services)?.to_string();
                let did = numalgo1::create(&document)?;
                Ok(Created { kids: number_kids(&did, keys), did, known: Some(document) })
            }
            Self::Document => {
                let did = numalgo4::create(&numalgo4::input_document(keys, services)?)?;
                let short = DidUrl::parse(&short_form(did.did()).unwrap_or_default())?;
                // a key under the short form is found under either form, since the long form contains the short one
                Ok(Created { kids: number_kids(&short, keys), did, known: None })
            }
        }
    }
}

fn number_kids(did: &DidUrl, keys: &[(Purpose, PublicKey)]) -> Vec<DidUrl> {
    (1..=keys.len()).map(|place| did.with_fragment(&format!("key-{place}"))).collect()
}
