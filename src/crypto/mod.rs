//! Cryptography: keys, and one algorithm in each file. It does not depend on JSON or DIDs.

mod a256cbc_hs512;
mod aead;
pub(crate) mod agreement;
pub(crate) mod algorithm;
pub(crate) mod apv;
mod compressed_point;
pub(crate) mod content;
pub(crate) mod crypto_box;
pub(crate) mod curve;
mod ed25519;
pub(crate) mod key_wrap;
mod nist;
mod point;
pub(crate) mod private_key;
pub(crate) mod public_key;
pub(crate) mod random_bytes;
mod scalar;
mod sec1;
mod secp256k1;
pub(crate) mod shared_secret;
pub(crate) mod signature;
pub(crate) mod static_secret_cache;
pub(crate) mod wrapping_key;
mod x25519;

#[cfg(test)]
mod differential_tests;
#[cfg(test)]
mod wycheproof;
