//! Base58 decoding of whole documents, as one conversion of a large integer with many digits at a time: multibase
//! libraries decode byte by byte, in time quadratic in the length.

use num_bigint::BigUint;

/// The alphabet of base58btc, by value.
const LETTERS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// The multibase prefix of base58btc.
const PREFIX: char = 'z';

/// Decodes multibase text in base58btc; `None` for any other text.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.strip_prefix(PREFIX)?;
    let digit = |letter: u8| LETTERS.iter().position(|known| *known == letter);
    let digits = text.bytes().map(|letter| u8::try_from(digit(letter)?).ok()).collect::<Option<Vec<_>>>()?;
    let zeros = digits.iter().take_while(|digit| **digit == 0).count();
    let mut bytes = vec![0; zeros];
    if zeros < digits.len() {
        bytes.extend(BigUint::from_radix_be(&digits, 58)?.to_bytes_be());
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use multibase::Base;

    use super::*;

    #[test]
    fn decode_matches_the_multibase_library() {
        for length in [0, 1, 2, 31, 32, 33, 500, 3000] {
            for zeros in [0, 1, 5] {
                let number = |place: usize| u8::try_from(place.wrapping_mul(89) % 255 + 1).unwrap();
                let bytes: Vec<u8> =
                    (0..length).map(|place| if place < zeros { 0 } else { number(place) }).collect();
                assert_eq!(decode(&multibase::encode(Base::Base58Btc, &bytes)), Some(bytes));
            }
        }
    }

    #[test]
    fn other_bases_and_letters_are_refused() {
        for text in ["", "2NEpo7", "uAAAA", "z0", "zO", "zI", "zl", "z ", "z\u{e9}"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
