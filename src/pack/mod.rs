//! Pack a message: plaintext, signed, encrypted, and wrapped for mediators.

mod attachment;
mod delivery;
mod encrypted;
mod forward;
mod keys;
mod layer;
mod options;
mod plaintext;
mod prepared;
mod rotation;
mod seal;
mod signed;

pub use crate::jose::detached::DetachedForm;
pub use crate::jose::jws::KidIn;
pub use attachment::sign_attachment;
pub use delivery::{Delivery, routes_to};
pub use encrypted::{Packed, Sealed, pack_encrypted, pack_encrypted_to_each};
pub use forward::{ForwardOptions, PackedForward, Wrapping, rewrap, wrap_in_forward};
pub use layer::{LayerKeys, encrypt_layer, layer_keys};
pub use options::EncryptOptions;
pub use plaintext::pack_plaintext;
pub use signed::{PackedSigned, pack_signed};
