//! Keys: secrets and their store, key ids, and encodings.

mod jwk;
mod multikey;
mod parsed_secrets;
mod secret;
mod secret_key;
mod store;
mod suite;
mod verkey;

pub use crate::crypto::curve::Curve;
pub(crate) use crate::crypto::private_key::PrivateKey;
pub use crate::crypto::public_key::PublicKey;
pub(crate) use jwk::{Jwk, PRIVATE_MEMBERS};
pub(crate) use multikey::{curve_of_multikey, decode_base58, decode_hex};
pub use parsed_secrets::ParsedSecrets;
pub use secret::{ExternalKey, Handle, Secret};
pub use secret_key::SecretKey;
pub use store::SecretStore;
pub(crate) use suite::curve_of_suite;
pub use verkey::Verkey;
pub(crate) use verkey::secret_kid;
