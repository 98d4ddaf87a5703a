//! Write a plaintext message, without building an intermediate value.

use super::compare::are_equal;
use super::object::ObjectText;
use super::shared_text::SharedText;
use super::{Attachment, FromPriorHeader, MEDIA_TYPE, Message};
use crate::did::DidUrl;
use crate::error::Result;
use crate::memory::check_room;

/// Capacity for the headers other than body, attachments and custom headers, and for a block of padding after them.
const ROOM: usize = 512;

impl Message {
    /// The same as [`Self::to_json`]; an error if the allocation fails.
    pub fn try_to_json(&self) -> Result<String> {
        check_room(self.room())?;
        Ok(self.to_json())
    }

    /// The message as JSON text, always with its media type and a body.
    ///
    /// Unsigned claims of a rotation have no plaintext form; they are omitted.
    pub fn to_json(&self) -> String {
        let mut text = String::with_capacity(self.room());
        let mut object = ObjectText::begin(&mut text);
        object.put_text("id", &self.id);
        object.put_text("typ", MEDIA_TYPE);
        object.put_text("type", &self.type_);
        if let Some(from) = &self.from {
            object.put_text("from", from.as_str());
        }
        if let Some(to) = &self.to {
            object.put_texts("to", to.iter().map(DidUrl::as_str));
        }
        for (name, value) in [("thid", &self.thid), ("pthid", &self.pthid), ("lang", &self.lang)] {
            if let Some(value) = value {
                object.put_text(name, value);
            }
        }
        for (name, value) in [("created_time", self.created_time), ("expires_time", self.expires_time)] {
            if let Some(value) = value {
                object.put_number(name, value);
            }
        }
        if let Some(FromPriorHeader::Jwt(jwt) | FromPriorHeader::Verified(_, jwt)) = &self.from_prior {
            object.put_text("from_prior", jwt);
        }
        let lists =
            [("please_ack", &self.please_ack), ("ack", &self.ack), ("accept-lang", &self.accept_lang)];
        for (name, value) in lists {
            if let Some(value) = value {
                object.put_texts(name, value.iter().map(String::as_str));
            }
        }
        for (name, value) in &self.custom {
            object.put(name, value.as_str());
        }
        // v2.0 peers require a body
        object.put("body", self.body());
        if let Some(attachments) = &self.attachments {
            object.put_array("attachments", attachments, |text, attachment| attachment.write(text));
        }
        object.end();
        text
    }

    fn room(&self) -> usize {
        let body = self.body.iter().map(SharedText::length);
        let custom = self.custom.iter().map(|(name, value)| name.len().saturating_add(value.length()));
        let attachments = self.attachments().iter().map(Attachment::length);
        body.chain(custom).chain(attachments).fold(ROOM, usize::saturating_add)
    }
}

impl PartialEq for Message {
    fn eq(&self, other: &Self) -> bool {
        self.from_prior == other.from_prior
            && self.form_faults == other.form_faults
            // an id that reads as absent is still in the text
            && self.attachments().iter().map(Attachment::id).eq(other.attachments().iter().map(Attachment::id))
            && are_equal(&self.to_json(), &other.to_json())
    }
}
