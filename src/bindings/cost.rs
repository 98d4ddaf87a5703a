//! The duration of operations, which decides whether they leave an event loop.

/// The fixed cost of an operation, as the bytes of payload that take as long: some 50 microseconds.
pub(super) const EACH: usize = 16 * 1024;

/// Minimum weight of long work: it takes about a millisecond, ten times as long as leaving an event loop.
const LONG: usize = 256 * 1024;

/// Whether work of that weight is long.
pub(super) fn is_long(weight: usize) -> bool {
    weight >= LONG
}
