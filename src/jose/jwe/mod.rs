//! JWE in its general JSON serialization (RFC 7516 7.2.1).

mod read;
mod write;

pub(crate) use read::{Agreement, Jwe, Recipient, parse_epk};
pub(crate) use write::{JweOut, Protected};

/// The fault of an envelope without `apu` or `apv`.
pub(crate) const LEFT_OUT: &str = "missing (Veramo omits it: see `accept_profiles`)";

/// The media type in `typ`.
pub(crate) const MEDIA_TYPE: &str = "application/didcomm-encrypted+json";
