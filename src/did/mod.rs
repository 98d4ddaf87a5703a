//! DIDs, DID documents as far as DIDComm uses them, and the DID methods without a network.

mod did_set;
mod document;
mod document_cache;
pub mod jwk;
pub mod key;
mod key_names;
pub mod local;
mod long_forms;
mod methods;
pub mod peer;
mod relationship;
mod room;
mod service;
mod verification_method;

pub(crate) use crate::did_url::PartyName;
pub use crate::did_url::{DidUrl, canonical, same_party, short_form, shortest_form};
pub use did_set::DidSet;
pub use document::Document;
pub(crate) use key_names::names_of_key;
pub use relationship::Relationship;
pub use room::MOST_ENTRIES;
pub use service::{Endpoint, Service};
pub use verification_method::{Unusable, VerificationMethod};
