//! Pack plaintext messages, for debugging and for invitations.

use crate::error::{Error, Result};
use crate::message::Message;

/// Writes the message without protection: it can be read and changed on the way.
pub fn pack_plaintext(message: &Message) -> Result<String> {
    if message.from_prior().is_some() {
        return Err(Error::misuse("`from_prior` requires an encrypted message: use `pack_encrypted`"));
    }
    message.try_to_json()
}
