//! The faults of an envelope, with the error texts of unpacking.

use serde::Serialize;

use crate::error::Error;

/// Maximum number of faults: each of a thousand recipients can have the same fault.
const MOST_FAULTS: usize = 20;

/// A reason for unpacking to refuse an envelope.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Fault {
    /// The part of the envelope, for instance `jwe.protected.apv`.
    pub part: &'static str,
    /// The kind of error in unpacking: `malformed`, `unsupported` or `untrusted`.
    pub kind: &'static str,
    /// The fault of the part.
    pub reason: String,
}

impl Fault {
    fn new(part: &'static str, error: &Error) -> Self {
        match error {
            Error::Malformed { part, reason } => Self { part, kind: "malformed", reason: reason.clone() },
            Error::Untrusted { .. } => Self { part, kind: "untrusted", reason: error.to_string() },
            _ => Self { part, kind: "unsupported", reason: error.to_string() },
        }
    }
}

/// The faults so far, layer by layer.
#[derive(Default)]
pub(super) struct Faults {
    found: Vec<Fault>,
    layer: usize,
}

impl Faults {
    pub(super) fn begin_layer(&mut self) {
        self.layer = self.found.len();
    }

    pub(super) fn add(&mut self, part: &'static str, error: &Error) {
        let fault = Fault::new(part, error);
        if self.found.len() < MOST_FAULTS && !self.found.contains(&fault) {
            self.found.push(fault);
        }
    }

    /// Records the error of a check, or returns its value.
    pub(super) fn check<T>(&mut self, part: &'static str, result: Result<T, Error>) -> Option<T> {
        result.map_err(|error| self.add(part, &error)).ok()
    }

    /// Puts the strict reader's error of the layer first, with the part of an equal fault.
    pub(super) fn add_refusal(&mut self, part: &'static str, refusal: Option<Error>) {
        let Some(refusal) = refusal else { return };
        let fault = Fault::new(part, &refusal);
        let mut of_layer = self.found.split_off(self.layer.min(self.found.len()));
        let is_same = |known: &Fault| {
            known.reason == fault.reason && (known.part == fault.part || known.kind != "malformed")
        };
        let known = of_layer.iter().position(is_same);
        self.found.push(known.map_or(fault, |place| of_layer.remove(place)));
        self.found.append(&mut of_layer);
    }
}

impl From<Faults> for Vec<Fault> {
    fn from(faults: Faults) -> Self {
        faults.found
    }
}
