//! DIDComm v1: the encryption envelope of Aries RFC 0019, and the forward of Aries RFC 0094.
//!
//! # Guarantees
//!
//! Parties are identified by verkeys, Ed25519 keys in base58; an envelope neither contains nor proves a DID. An
//! envelope encrypts its content under a content key, and that key for each recipient: with an anonymous sealed box
//! (anoncrypt), or with a box between the sender's key and the recipient's (authcrypt), which proves that the holder
//! of either key chose the content key.
//!
//! It binds the content key to the sender, and not the content. A recipient of a message to several has its content
//! key, and with it can forge messages to the other recipients in the sender's name, and to the sender in theirs.
//! Messages to a single recipient do not have this weakness, and neither does DIDComm v2.
//!
//! The plaintext can be any bytes. By Aries RFC 0020 it is a JSON object with `@type` and `@id`.

mod envelope;
mod forward;
mod pack;
mod report;
mod unpack;

pub use envelope::{MEDIA_TYPE, is_v1};
pub use forward::{Forward, Forwarded, wrap_in_forward};
pub use pack::{Packed, pack};
pub use report::Report;
pub(crate) use unpack::unpack_wire;
pub use unpack::{Unpacked, VerkeyProved, unpack};
