//! The bytes of a string that stand for themselves in JSON (RFC 8259 7).

use memchr::memchr2;

/// Strings of up to so many bytes are looked at word by word: the functions for long ones take as long to begin.
const SHORT: usize = 64;

/// Block size of the two passes over a long string, which fits into the fastest cache.
const WINDOW: usize = 4096;

/// The number of bytes before the first one that ends a string, begins an escape or must be escaped.
pub(crate) fn plain_length(text: &[u8]) -> usize {
    let (start, rest) = text.split_at_checked(SHORT).unwrap_or((text, &[]));
    let length = plain_length_of_short(start);
    if length < start.len() { length } else { length.saturating_add(plain_length_of_long(rest)) }
}

fn plain_length_of_short(text: &[u8]) -> usize {
    let (words, rest) = text.as_chunks();
    let mut length: usize = 0;
    for word in words {
        let first = first_special(u64::from_le_bytes(*word));
        length = length.saturating_add(first);
        if first < size_of::<u64>() {
            return length;
        }
    }
    // the last word overlaps the one before it, in which nothing is special
    let is_plain = text.last_chunk().map(|word| first_special(u64::from_le_bytes(*word)) == size_of::<u64>());
    if is_plain == Some(true) {
        return text.len();
    }
    let is_special = |byte: &u8| matches!(byte, ..b' ' | b'"' | b'\\');
    length.saturating_add(rest.iter().position(is_special).unwrap_or(rest.len()))
}

/// The place of the first special byte in a word; 8 if it has none.
fn first_special(word: u64) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    const SPACES: u64 = ONES * b' ' as u64;
    const QUOTES: u64 = ONES * b'"' as u64;
    const SLASHES: u64 = ONES * b'\\' as u64;
    // the high bit of each byte that is less; a borrow reaches only bytes after the first of these
    let less = |bytes: u64, than: u64| bytes.wrapping_sub(than) & !bytes & HIGH;
    let found = less(word, SPACES) | less(word ^ QUOTES, ONES) | less(word ^ SLASHES, ONES);
    found.trailing_zeros() as usize / 8
}

fn plain_length_of_long(text: &[u8]) -> usize {
    let mut length: usize = 0;
    for window in text.chunks(WINDOW) {
        let end = memchr2(b'"', b'\\', window);
        let part = end.and_then(|end| window.get(..end)).unwrap_or(window);
        let is_control = |byte: &u8| *byte < b' ';
        // no branch inside, so that the compiler vectorizes the loop
        if part.iter().fold(false, |found, byte| found | is_control(byte)) {
            return length.saturating_add(part.iter().position(is_control).unwrap_or_default());
        }
        length = length.saturating_add(part.len());
        if end.is_some() {
            break;
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::{SHORT, WINDOW, plain_length};

    #[test]
    fn the_first_special_byte_is_found_wherever_it_is() {
        for length in [1, 7, 8, 9, 15, 16, SHORT - 1, SHORT, SHORT + 1, SHORT + WINDOW, SHORT + WINDOW + 9] {
            for place in [0, 1, 7, 8, SHORT - 1, SHORT, SHORT + WINDOW - 1, SHORT + WINDOW, length - 1] {
                if place < length {
                    for special in [0, 1, 0x1f, b'"', b'\\'] {
                        let mut text = vec![b'a'; length];
                        assert_eq!(plain_length(&text), length);
                        text[place] = special;
                        assert_eq!(plain_length(&text), place, "{special} at {place} of {length}");
                        // what follows makes no difference
                        text[place..].fill(special);
                        assert_eq!(plain_length(&text), place, "{special} from {place} of {length}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_other_byte_is_plain() {
        for byte in 0..=u8::MAX {
            let is_special = byte < 0x20 || byte == b'"' || byte == b'\\';
            for length in [1, 8, 9, SHORT, SHORT + 1] {
                assert_eq!(plain_length(&vec![byte; length]), if is_special { 0 } else { length }, "{byte}");
            }
            // a special byte after it, in the same word
            let text = [b'a', byte, b'"', b'a', b'a', b'a', b'a', b'a'];
            assert_eq!(plain_length(&text), if is_special { 1 } else { 2 }, "{byte}");
        }
    }
}
