//! Faults of form: parts of a message that the receiver can do without, in another form than the specification's.

use super::compare::same_value;
use super::shared_text::{SharedText, Source};
use crate::error::{Error, Result};
use crate::json::{self, Raw};
use std::sync::Arc;

/// A part of a message that was read as absent because its form is not the specification's.
#[derive(Clone, Debug)]
pub struct FormFault {
    part: String,
    reason: String,
    value: SharedText,
}

impl FormFault {
    /// A fault that was recorded before.
    pub fn recorded(part: String, reason: String, value: String) -> Self {
        Self { part, reason, value: SharedText::whole(value) }
    }

    /// The part, as its path in the message: `created_time`, `attachments[0].id`.
    pub fn part(&self) -> &str {
        &self.part
    }

    /// What is wrong with its form.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The JSON text of the part as it was written.
    pub fn value(&self) -> &str {
        self.value.as_str()
    }
}

impl PartialEq for FormFault {
    fn eq(&self, other: &Self) -> bool {
        (&self.part, &self.reason) == (&other.part, &other.reason) && same_value(self.value(), other.value())
    }
}

/// How a plaintext is read: its limits, and what becomes of a fault of form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// The deepest nesting of objects and arrays.
    pub(crate) nesting: usize,
    /// The most entries of `to`.
    pub(crate) to: usize,
    /// The most attachments.
    pub(crate) attachments: usize,
    /// Whether a fault of form is recorded in place of refusing the message.
    pub(crate) tolerant: bool,
}

impl Default for Reading {
    fn default() -> Self {
        Self { nesting: json::NESTING, to: usize::MAX, attachments: usize::MAX, tolerant: false }
    }
}

/// The faults of form that were met.
pub(super) struct Form<'s> {
    source: &'s Arc<Source>,
    tolerant: bool,
    faults: Vec<FormFault>,
}

impl<'s> Form<'s> {
    pub(super) fn new(source: &'s Arc<Source>, tolerant: bool) -> Self {
        Self { source, tolerant, faults: Vec::new() }
    }

    /// What was read of an optional part; none where it is absent, or has a fault that is tolerated.
    pub(super) fn optional<'a, T>(
        &mut self,
        raw: Option<Raw<'a>>,
        path: impl FnOnce() -> String,
        read: impl FnOnce(Raw<'a>) -> Result<T>,
    ) -> Result<Option<T>> {
        let Some(raw) = raw else { return Ok(None) };
        match read(raw) {
            Ok(value) => Ok(Some(value)),
            Err(error) => self.tolerate(error, Some(raw.get()), path).map(|()| None),
        }
    }

    /// Records a fault where faults are tolerated, and refuses the message otherwise.
    pub(super) fn tolerate(
        &mut self,
        error: Error,
        value: Option<&str>,
        path: impl FnOnce() -> String,
    ) -> Result<()> {
        match error {
            Error::Malformed { reason, .. } if self.tolerant => {
                let value = SharedText::part(self.source, value.unwrap_or("null"));
                self.faults.push(FormFault { part: path(), reason, value });
                Ok(())
            }
            error => Err(error),
        }
    }

    pub(super) fn source(&self) -> &'s Arc<Source> {
        self.source
    }

    pub(super) fn into_faults(self) -> Vec<FormFault> {
        self.faults
    }
}
