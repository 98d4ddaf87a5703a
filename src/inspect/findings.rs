//! What is wrong with an envelope, in the words in which unpacking would refuse it.

use serde::Serialize;

use crate::error::Error;

/// Each of a thousand recipients can be wrong in the same way; nobody reads on after so many.
const MOST_FAULTS: usize = 20;

/// Why unpacking would refuse an envelope.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Fault {
    /// Which part of the envelope, for instance `jwe.protected.apv`.
    pub part: &'static str,
    /// What unpacking would call it: `malformed`, `unsupported` or `untrusted`.
    pub kind: &'static str,
    /// What is wrong with the part.
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

/// The faults found so far, layer by layer.
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

    /// What a check found, and the value where it found nothing.
    pub(super) fn check<T>(&mut self, part: &'static str, result: Result<T, Error>) -> Option<T> {
        result.map_err(|error| self.add(part, &error)).ok()
    }

    /// Puts first what the strict reader of the layer says; where a fault says the same, it names the part.
    pub(super) fn refused(&mut self, part: &'static str, refusal: Option<Error>) {
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
