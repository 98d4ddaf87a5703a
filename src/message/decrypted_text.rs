//! A decrypted text, overwritten when it is dropped.

use std::ops::Deref;

use zeroize::optimization_barrier;

/// A text that is overwritten with zeros when it is dropped.
///
/// `Zeroizing` writes byte by byte, which takes a millisecond for 10 MiB and holds the interpreter lock where Python
/// releases the message.
pub(crate) struct DecryptedText(String);

impl From<String> for DecryptedText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl Deref for DecryptedText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Drop for DecryptedText {
    fn drop(&mut self) {
        let zeros = overwritten(std::mem::take(&mut self.0));
        // the writes must not be optimised away
        optimization_barrier(zeros.as_slice());
    }
}

/// The memory of the text, its spare capacity included, in which every byte is zero.
fn overwritten(text: String) -> Vec<u8> {
    let mut bytes = text.into_bytes();
    bytes.fill(0);
    bytes.resize(bytes.capacity(), 0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_of_the_same_memory_is_overwritten() {
        let mut text = String::with_capacity(100);
        text.push_str("secret");
        let (start, capacity) = (text.as_ptr(), text.capacity());
        let zeros = overwritten(text);
        assert_eq!((zeros.as_ptr(), zeros.len()), (start, capacity));
        assert!(zeros.iter().all(|byte| *byte == 0));
        assert!(overwritten(String::new()).is_empty());
    }
}
