//! How long operations take, and which of them leave an event loop.

/// What an operation costs whatever its size, in bytes of payload that take as long: some 50 microseconds.
pub(super) const EACH: usize = 16 * 1024;

/// How heavy long work is: it takes about a millisecond, ten times what it takes to leave an event loop.
const LONG: usize = 256 * 1024;

/// Whether work of that weight is long.
pub(super) fn is_long(weight: usize) -> bool {
    weight >= LONG
}
