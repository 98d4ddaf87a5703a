//! Keys: their curves, their public and their secret halves, and the forms in which they travel.

mod curve;
mod jwk;
mod multikey;
mod public;
mod secret;

pub use curve::Curve;
pub(crate) use jwk::Jwk;
pub(crate) use multikey::decode_base58;
pub use public::PublicKey;
pub(crate) use secret::SecretKind;
pub use secret::{SecretKey, SecretStore};
