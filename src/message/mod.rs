//! The plaintext message; a [`Message`] is always valid.

pub mod attachment;
mod compare;
pub(crate) mod decrypted_text;
pub(crate) mod form;
mod from_prior;
mod headers;
mod id;
pub(crate) mod object;
mod parse;
mod plaintext;
pub(crate) mod shared_text;
mod type_uri;
mod write;

pub use attachment::Attachment;
pub use form::FormFault;
pub use from_prior::{Audience, FromPrior};
pub(crate) use id::random_id;
pub use plaintext::{FromPriorHeader, MEDIA_TYPE, Message};
pub use type_uri::{TypeUri, same_message_type};
