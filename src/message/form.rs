//! Form faults: optional parts of a message in an invalid form.

use super::compare::are_equal;
use super::shared_text::{SharedText, Source};
use crate::error::{Error, Result};
use crate::json::{self, Raw};
use std::sync::Arc;

/// An optional part of a message that was read as absent because of its invalid form.
#[derive(Clone, Debug)]
pub struct FormFault {
    part: String,
    reason: String,
    value: SharedText,
}

impl FormFault {
    /// Restores a recorded fault.
    pub fn restore(part: String, reason: String, value: String) -> Self {
        Self { part, reason, value: SharedText::from_string(value) }
    }

    /// The part, as its path in the message: `created_time`, `attachments[0].id`.
    pub fn part(&self) -> &str {
        &self.part
    }

    /// The reason why the form is invalid.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The JSON text of the part as it arrived.
    pub fn value(&self) -> &str {
        self.value.as_str()
    }
}

impl PartialEq for FormFault {
    fn eq(&self, other: &Self) -> bool {
        (&self.part, &self.reason) == (&other.part, &other.reason) && are_equal(self.value(), other.value())
    }
}

/// The form faults that are recorded; a message with another one is refused.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Tolerance {
    /// None.
    #[default]
    Nothing,
    /// A time that is a string, such as an ISO 8601 date.
    Dates,
    /// Those of every optional part.
    Optional,
}

/// Options for reading a plaintext: its limits, and the treatment of form faults.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// The maximum nesting of objects and arrays.
    pub(crate) nesting: usize,
    /// The maximum number of entries of `to`.
    pub(crate) to: usize,
    /// The maximum number of attachments.
    pub(crate) attachments: usize,
    /// The form faults to record.
    pub(crate) tolerance: Tolerance,
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            nesting: json::NESTING,
            to: usize::MAX,
            attachments: usize::MAX,
            tolerance: Tolerance::Nothing,
        }
    }
}

/// The collected form faults.
pub(super) struct Form<'s> {
    source: &'s Arc<Source>,
    tolerance: Tolerance,
    faults: Vec<FormFault>,
}

impl<'s> Form<'s> {
    pub(super) fn new(source: &'s Arc<Source>, tolerance: Tolerance) -> Self {
        Self { source, tolerance, faults: Vec::new() }
    }

    /// Reads an optional part; `None` if it is absent, or has a tolerated fault.
    pub(super) fn read_optional<'a, T>(
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

    /// Reads a time; `None` if it is absent, or has a tolerated fault.
    pub(super) fn read_time<'a>(
        &mut self,
        raw: Option<Raw<'a>>,
        name: &'static str,
        read: impl FnOnce(Raw<'a>) -> Result<u64>,
    ) -> Result<Option<u64>> {
        let usual = self.tolerance;
        if usual == Tolerance::Dates && raw.is_some_and(|raw| raw.get().starts_with('"')) {
            self.tolerance = Tolerance::Optional;
        }
        let time = self.read_optional(raw, || name.to_owned(), read);
        self.tolerance = usual;
        time
    }

    /// Records a fault if faults are tolerated, and refuses the message otherwise.
    pub(super) fn tolerate(
        &mut self,
        error: Error,
        value: Option<&str>,
        path: impl FnOnce() -> String,
    ) -> Result<()> {
        match error {
            Error::Malformed { reason, .. } if self.tolerance == Tolerance::Optional => {
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
