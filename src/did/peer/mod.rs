//! did:peer: DIDs that are exchanged between peers, without a registry.
//!
//! Numalgo 0 contains one key, numalgo 2 several keys and services, the long form of numalgo 4 a whole document.
//! Numalgo 1 is the hash of a document, numalgo 3 that of a did:peer:2, and the short form of numalgo 4 that of its
//! long form: these resolve only with the stored preimage.

mod aliases;
mod base58;
mod create;
mod elements;
mod method;
mod numalgo0;
pub mod numalgo1;
mod numalgo2;
mod numalgo3;
mod numalgo4;
mod resolve;
mod service;
mod stored_document;

pub use aliases::aliases;
pub(crate) use aliases::names;
pub use create::create;
pub use elements::Purpose;
pub use method::{Created, Method};
pub use numalgo4::{create as create_of_document, input_document};
pub(crate) use resolve::{Json, is_hash, resolve_long, resolve_short};
pub use resolve::{resolve, resolve_known};

/// The naming of the keys in the document of a did:peer of numalgo 0, 2 or 3.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum KeyNaming {
    /// `#key-1`, `#key-2`, in the order of the DID: the current form.
    #[default]
    Numbered,
    /// `#6LS...`: the key itself, the form of 2021 that older peers expect.
    Multibase,
}
