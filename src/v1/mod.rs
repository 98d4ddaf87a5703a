//! DIDComm v1: the encryption envelope of Aries RFC 0019, and the forward of Aries RFC 0094.
//!
//! # What is proved, and what is not
//!
//! Parties are named by verkeys, Ed25519 keys in base58; there is no DID in an envelope and none is proved.
//! An envelope encrypts its content under a content key, and that key for each recipient: with a sealed box
//! from nobody (anoncrypt), or with a box between the sender's key and the recipient's (authcrypt), which
//! proves that the holder of either key chose the content key.
//!
//! It binds the content key to the sender, and not the content. Whoever was once a recipient of a message
//! to several knows its content key: with it he can write to its other recipients in the sender's name, and
//! to the sender in theirs. Messages to one recipient each do not have this weakness, nor has DIDComm v2.
//!
//! The plaintext can be any bytes. By Aries RFC 0020 it is a JSON object with `@type` and `@id`.

mod envelope;
mod forward;
mod pack;
mod report;
mod unpack;

pub use envelope::{MEDIA_TYPE, is_one};
pub use forward::{Forward, Forwarded, wrap_in_forward};
pub use pack::{Packed, pack};
pub use report::Report;
pub use unpack::{Unpacked, VerkeyProved, unpack};
