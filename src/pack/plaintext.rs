//! Plaintext, for debugging and for invitations.

use crate::error::{Error, Result};
use crate::message::Message;

/// Writes the message as it is, for everybody to read and to change.
pub fn plaintext(message: &Message) -> Result<String> {
    if message.from_prior().is_some() {
        return Err(Error::misuse("a DID rotation is announced in an encrypted message only"));
    }
    message.try_to_json()
}
