//! Memory in proportion to the input, requested before it is used.
//!
//! Rust ends the process where an allocation fails. With a limit of the address space, or on a host that does not overcommit, a
//! large message must be an error instead: what the next step allocates is requested first, and released at once.

use crate::error::{Error, Result};

/// A process has that much to spare, and a request in advance would cost more than it is worth.
const SMALL: usize = 128 * 1024;

/// Checks that there is room for so many bytes.
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
    fn more_than_there_is_room_for_is_an_error() {
        for bytes in [0, SMALL, 1 << 24] {
            assert_eq!(check_room(bytes), Ok(()));
        }
        // more than any address space
        for bytes in [1 << 60, usize::MAX] {
            assert_eq!(check_room(bytes), Err(Error::Memory));
        }
    }
}
