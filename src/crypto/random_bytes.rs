//! Random bytes, drawn together because each draw from the operating system is a system call.

use zeroize::Zeroizing;

/// Fills the buffer with random bytes.
pub(crate) type Draw<'a> = &'a mut dyn FnMut(&mut [u8]);

/// Random bytes for several uses, each byte used once.
pub(crate) struct RandomBytes<'a> {
    draw: Draw<'a>,
    drawn: Zeroizing<Vec<u8>>,
    used: usize,
}

impl<'a> RandomBytes<'a> {
    /// Draws this many bytes.
    pub(crate) fn new(draw: Draw<'a>, count: usize) -> Self {
        let mut drawn = Zeroizing::new(vec![0; count]);
        draw(&mut drawn);
        Self { draw, drawn, used: 0 }
    }

    /// Fills a buffer with unused bytes, or with newly drawn ones if too few are left.
    pub(crate) fn fill(&mut self, buffer: &mut [u8]) {
        let end = self.used.saturating_add(buffer.len());
        match self.drawn.get(self.used..end) {
            Some(unused) => {
                buffer.copy_from_slice(unused);
                self.used = end;
            }
            None => (self.draw)(buffer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_byte_is_used_twice() {
        let (mut next, mut draws) = (0_u8, 0);
        let mut draw = |buffer: &mut [u8]| {
            draws += 1;
            for byte in buffer {
                next += 1;
                *byte = next;
            }
        };
        let mut random = RandomBytes::new(&mut draw, 5);
        let mut filled = [[0; 2]; 4];
        for buffer in &mut filled {
            random.fill(buffer);
        }
        assert_eq!(filled, [[1, 2], [3, 4], [6, 7], [8, 9]]);
        assert_eq!(draws, 3);
    }
}
