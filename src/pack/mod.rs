//! Packing: a message becomes text for the wire.

mod encrypted;
mod keys;
mod plaintext;
mod rotation;
mod seal;
mod signed;

pub use encrypted::{EncryptOptions, Packed, Sealed, encrypted};
pub use plaintext::plaintext;
pub use signed::{PackedSigned, signed};
