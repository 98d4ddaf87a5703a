//! Python's clock and the randomness of the operating system, which are read only here.

use std::time::Duration;

use pyo3::intern;
use pyo3::prelude::*;

use super::callback::call_python;
use crate::message;

/// Seconds since the epoch by Python's `time.time`, looked up on each use, so that tests can freeze it.
pub(super) fn now(py: Python<'_>) -> PyResult<u64> {
    let clock = || py.import(intern!(py, "time"))?.call_method0(intern!(py, "time"))?.extract();
    let seconds: f64 = call_python(py, clock)?;
    Ok(Duration::try_from_secs_f64(seconds).map_or(0, |elapsed| elapsed.as_secs()))
}

/// Fills the buffer with random bytes of the operating system.
///
/// Panics without randomness, since predictable keys would be worse.
pub(super) fn random(buffer: &mut [u8]) {
    assert!(getrandom::fill(buffer).is_ok(), "the operating system has no randomness");
}

/// A new random id for a message.
pub(super) fn random_id() -> String {
    message::random_id(random)
}
