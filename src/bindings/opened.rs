//! Opened messages, and messages that do not decrypt.

use pyo3::prelude::*;

use super::errors::decryption_error;
use super::result::IntoResult;
use crate::error::{Error, Result};
use crate::inspect::recipient_kids;
use crate::limits::Limits;

/// An opened message, or the recipient kids in the open header of a message that does not decrypt.
///
/// The text of the error is constant, so it cannot serve as an oracle; the header is public.
pub(super) enum Opened<T> {
    Message(Box<T>),
    Undecrypted(Vec<String>),
}

impl<T> Opened<T> {
    /// The outcome of opening the message.
    pub(super) fn of(packed: &str, opened: Result<T>) -> Result<Self> {
        match opened {
            Ok(message) => Ok(Self::Message(Box::new(message))),
            Err(Error::Decryption) => Ok(Self::Undecrypted(recipient_kids(packed, &Limits::default()))),
            Err(error) => Err(error),
        }
    }
}

impl<T: IntoResult> IntoResult for Opened<T> {
    fn into_result(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        match *self {
            Self::Message(message) => message.into_result(py),
            Self::Undecrypted(kids) => Err(decryption_error(kids)),
        }
    }
}
