//! The plaintext message: parsed once, valid ever after.

mod attachment;
mod headers;
pub(crate) mod json;
mod plaintext;
mod type_uri;

pub use attachment::Attachment;
pub use plaintext::{FromPriorHeader, MEDIA_TYPE, Message};
pub use type_uri::TypeUri;
