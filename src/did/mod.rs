//! DIDs, DID URLs, what DIDComm reads of a DID document, and the methods that need no network.

mod did_set;
mod did_url;
mod document;
mod document_cache;
mod equivalence;
pub mod jwk;
pub mod key;
pub mod local;
mod long_forms;
mod node;
pub mod peer;
mod room;
mod service;
mod verification_method;

pub use did_set::DidSet;
pub use did_url::DidUrl;
pub use document::{Document, Relationship};
pub(crate) use equivalence::{PartyName, names_of_key};
pub use equivalence::{canonical, same_party, shortest};
pub use node::Node;
pub use room::MOST_ENTRIES;
pub use service::{Endpoint, Service};
pub(crate) use verification_method::curve_of_suite;
pub use verification_method::{Unusable, VerificationMethod};
