//! Pack, unpack and verify DIDComm messages: Messaging v2.1, and v1.
//!
//! The core does no I/O. It opens no socket and reads no clock: an operation is an `async fn` that requests DID
//! documents, secrets, the time and random bytes from its [`caller`], and an [`operation::Operation`] drives it by
//! hand, question by question. Ephemeral keys and ECDSA signatures on the NIST curves use the random generator of
//! aws-lc; all other randomness comes from the caller. Only `bindings` uses `PyO3`.

mod base64url;
pub mod caller;
mod crypto;
pub mod did;
pub mod did_url;
pub mod display;
pub mod error;
pub mod inspect;
mod jose;
pub mod json;
pub mod keys;
pub mod limits;
mod memory;
pub mod message;
mod multihash;
pub mod operation;
pub mod pack;
pub mod receive;
pub mod replay_key;
pub mod routing;
pub mod unpack;
pub mod v1;

#[cfg(feature = "python")]
mod bindings;

pub use crypto::algorithm::{AgreementAlgorithm, ContentEncryption, SignatureAlgorithm};
pub use error::{Claim, Error, Result};
