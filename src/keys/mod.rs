//! Keys: their curves, their public and their secret halves, and the forms in which they travel.

mod curve;
mod derived;
mod held;
mod jwk;
mod multikey;
mod public;
mod secret;
mod secret_kind;
mod store;
mod verkey;

pub use curve::Curve;
pub use held::{Elsewhere, Handle, Secret};
pub(crate) use jwk::Jwk;
pub(crate) use multikey::{decode_base58, decode_hex};
pub use public::PublicKey;
pub use secret::SecretKey;
pub(crate) use secret_kind::SecretKind;
pub use store::SecretStore;
pub use verkey::Verkey;
pub(crate) use verkey::secret_kid;
