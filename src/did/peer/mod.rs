//! did:peer, method 2: a DID that carries several keys and services.

mod create;
mod elements;
mod resolve;
mod service;

pub use create::create;
pub use elements::Purpose;
pub use resolve::{aliases, resolve};

/// How the keys of a did:peer:2 are named in its document.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum KeyNaming {
    /// `#key-1`, `#key-2`, in the order of the DID: today's form.
    #[default]
    Numbered,
    /// `#6LS...`: the key itself, the form of 2021 that older peers still look for.
    Multibase,
}
