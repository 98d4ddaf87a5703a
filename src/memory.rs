//! Memory check before large allocations, so that a failed one is an error.
//!
//! Rust aborts the process when an allocation fails. With a limited address space, or on a host that does not
//! overcommit, a large message must be an error instead: the memory of the next step is requested fallibly, and
//! released at once.

use crate::error::{Error, Result};

/// Minimum size of a checked allocation: smaller ones hardly ever fail, and the check has a cost.
const SMALL: usize = 128 * 1024;

/// Returns [`Error::Memory`] if an allocation of so many bytes fails.
pub(crate) fn check_room(bytes: usize) -> Result<()> {
    if bytes < SMALL {
        return Ok(());
    }
    let mut room: Vec<u8> = Vec::new();
    let granted = room.try_reserve_exact(bytes);
    // an allocation that is not used would be optimised away
    std::hint::black_box(&mut room);
    granted.map_err(|_| Error::Memory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_allocation_is_an_error() {
        for bytes in [0, SMALL, 1 << 24] {
            assert_eq!(check_room(bytes), Ok(()));
        }
        // more than any address space
        for bytes in [1 << 60, usize::MAX] {
            assert_eq!(check_room(bytes), Err(Error::Memory));
        }
    }
}
