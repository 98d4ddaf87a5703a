//! Any text as a plaintext message.

use pydidcomm::message::{Attachment, Message};

/// Maximum growth of a message by writing: the media type and the body, if the text has none.
const ADDED: usize = 64;

/// A parsed message is written as a text that parses to the same message, and is not longer.
pub(crate) fn holds(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(message) = Message::parse(text) else { return };
    let written = message.to_json();
    assert!(written.len() <= text.len() + ADDED, "{} bytes of {}", written.len(), text.len());
    let again = Message::parse(&written).unwrap();
    assert_eq!(again, message);
    assert_eq!(again.to_json(), written);
    assert!(!message.id().is_empty() && !message.message_type().is_empty());
    assert!(message.custom_headers().all(|(name, _)| !Message::is_reserved(name)));
    for attachment in message.attachments() {
        let written = attachment.to_json();
        assert_eq!(Attachment::parse(&written).unwrap().to_json(), written);
    }
}
