//! Packing: a message becomes text for the wire.

mod encrypted;
pub(crate) mod keys;
mod plaintext;
mod seal;
mod signed;

pub(crate) use seal::apv;

pub use encrypted::{EncryptOptions, Packed, encrypted};
pub use plaintext::plaintext;
pub use signed::{PackedSigned, signed};
