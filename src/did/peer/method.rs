//! The methods of did:peer, and what each makes of keys and services.

use serde_json::Value;

use super::{Purpose, create, numalgo0, numalgo1, numalgo4};
use crate::did::DidUrl;
use crate::did_url::short_form;
use crate::error::{Error, Result};
use crate::keys::PublicKey;

/// A method of did:peer, by what the DID consists of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Method {
    /// 0: one key.
    InceptionKey,
    /// 1: the hash of a genesis document.
    Genesis,
    /// 2: several keys and services.
    MultipleKeys,
    /// 3: the hash of a DID of method 2.
    Shortened,
    /// 4: a document, and its hash.
    Document,
}

/// A new DID.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Created {
    /// The DID; the long form, where it has two.
    pub did: DidUrl,
    /// The ids of its keys, in the order in which they were given; in the short form, where it has two.
    pub kids: Vec<DidUrl>,
    /// What the DID is the hash of: the DID of method 2, or the genesis document. Without it the DID does
    /// not resolve, neither here nor there.
    pub known: Option<String>,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 5] =
        [Self::InceptionKey, Self::Genesis, Self::MultipleKeys, Self::Shortened, Self::Document];

    /// The method of that number.
    pub fn from_number(number: usize) -> Result<Self> {
        let method = Self::ALL.get(number).copied();
        method.ok_or_else(|| Error::unsupported("did:peer method", number.to_string()))
    }

    /// The DID of these keys and services.
    pub fn create(self, keys: &[(Purpose, PublicKey)], services: &[Value]) -> Result<Created> {
        match self {
            Self::InceptionKey => match keys {
                [(_, key)] if services.is_empty() => {
                    let did = numalgo0::create(key)?;
                    let kids = vec![did.with_fragment(&key.to_multikey())];
                    Ok(Created { did, kids, known: None })
                }
                _ => Err(Error::misuse("a did:peer:0 is one key, without services")),
            },
            Self::MultipleKeys => {
                let did = create(keys, services)?;
                Ok(Created { kids: numbered(&did, keys), did, known: None })
            }
            Self::Shortened => {
                let long = create(keys, services)?;
                let did = DidUrl::parse(&short_form(long.did()).unwrap_or_default())?;
                Ok(Created { kids: numbered(&did, keys), did, known: Some(long.to_string()) })
            }
            Self::Genesis => {
                let document = numalgo4::input_document(keys, services)?.to_string();
                let did = numalgo1::create(&document)?;
                Ok(Created { kids: numbered(&did, keys), did, known: Some(document) })
            }
            Self::Document => {
                let did = numalgo4::create(&numalgo4::input_document(keys, services)?)?;
                let short = DidUrl::parse(&short_form(did.did()).unwrap_or_default())?;
                // under the short form a key is found by either: the text of the long form has it inside
                Ok(Created { kids: numbered(&short, keys), did, known: None })
            }
        }
    }
}

fn numbered(did: &DidUrl, keys: &[(Purpose, PublicKey)]) -> Vec<DidUrl> {
    (1..=keys.len()).map(|place| did.with_fragment(&format!("key-{place}"))).collect()
}
