//! Packing: a message becomes text for the wire.

mod attachment;
mod encrypted;
mod keys;
mod plaintext;
mod rotation;
mod seal;
mod signed;

pub use crate::jose::detached::DetachedForm;
pub use attachment::sign_attachment;
pub use encrypted::{EncryptOptions, Packed, Sealed, encrypted};
pub use plaintext::plaintext;
pub use signed::{PackedSigned, signed};
