//! Cryptography: keys, and one algorithm in each file. It does not depend on JSON or DIDs.

pub(crate) mod agreement;
pub(crate) mod algorithm;
pub(crate) mod apv;
pub(crate) mod backend;
pub(crate) mod content;
pub(crate) mod crypto_box;
pub(crate) mod curve;
pub(crate) mod key_wrap;
pub(crate) mod private_key;
pub(crate) mod public_key;
pub(crate) mod random_bytes;
mod sec1;
pub(crate) mod shared_secret;
pub(crate) mod signature;
pub(crate) mod static_secret_cache;
pub(crate) mod wrapping_key;

#[cfg(test)]
mod wycheproof;
