//! One algorithm a file. Nothing here knows of JSON or of DIDs.

pub(crate) mod agreement;
pub(crate) mod algorithm;
pub(crate) mod apv;
pub(crate) mod chacha20;
pub(crate) mod content;
pub(crate) mod crypto_box;
pub(crate) mod key_wrap;
pub(crate) mod signature;
pub(crate) mod wrapping_key;

#[cfg(test)]
mod wycheproof;
