//! Multihash: a digest with its hash function, in the common text encodings.

use ::multihash::Multihash as Encoded;
use multibase::Base;
use sha2::{Digest, Sha256, Sha512};
use ssi_multicodec::{SHA2_256, SHA2_512};

use crate::error::{Error, Result};

/// The maximum of a multihash's length byte, so that the error for an unknown function contains its code at any length.
const LONGEST_DIGEST: usize = 255;

/// Maximum length of the text: base2 of a SHA-512 multihash has 529 letters, and base58 takes quadratic time.
const LONGEST_TEXT: usize = 1024;

/// A parsed multihash, not yet compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Multihash(Encoded<LONGEST_DIGEST>);

impl Multihash {
    /// Parses a multihash in multibase, in hex or in bare base58btc.
    ///
    /// The encodings are distinct for the supported hashes: hex begins with `1220` or `1340`, bare base58btc with `Qm` or
    /// `8V`, and none of these is a multibase prefix.
    pub(crate) fn parse(text: &str, part: &'static str) -> Result<Self> {
        let none = || Error::malformed(part, "must be a multihash in multibase, hex or base58btc");
        if text.len() > LONGEST_TEXT {
            return Err(none());
        }
        let readings = [
            multibase::decode(text).map(|(_, bytes)| bytes),
            Base::Base16Lower.decode(text.to_ascii_lowercase()),
            Base::Base58Btc.decode(text),
        ];
        let mut readings = readings.into_iter().flatten();
        readings.find_map(|bytes| Encoded::from_bytes(&bytes).ok()).map(Self).ok_or_else(none)
    }

    /// Whether this is the hash of the bytes; an unsupported hash function is an error.
    pub(crate) fn is_of(&self, bytes: &[u8]) -> Result<bool> {
        // the whole digest is compared: a truncated one would be easy to forge
        match self.0.code() {
            SHA2_256 => Ok(Sha256::digest(bytes).as_slice() == self.0.digest()),
            SHA2_512 => Ok(Sha512::digest(bytes).as_slice() == self.0.digest()),
            other => Err(Error::unsupported("hash function", format!("0x{other:x}"))),
        }
    }
}

/// The SHA-256 multihash of the bytes in base58btc multibase, `zQm...`.
pub(crate) fn sha2_256(bytes: impl AsRef<[u8]>) -> String {
    // 32 bytes always fit, so the result is never empty
    let hash = Encoded::<32>::wrap(SHA2_256, &Sha256::digest(bytes)).unwrap_or_default();
    multibase::encode(Base::Base58Btc, hash.to_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The example of the multihash specification: SHA-256 of "multihash".
    const DIGEST: &str = "9cbc07c3f991725836a3aa2a581ca2029198aa420b9d99bc0e131d9f3e2cbe47";

    fn bytes() -> Vec<u8> {
        Base::Base16Lower.decode(format!("1220{DIGEST}")).unwrap()
    }

    // ATT-09
    #[test]
    fn example_of_the_specification() {
        assert_eq!(sha2_256("multihash"), "zQmYtUc4iTCbbfVSDNKvtQqrfyezPPnFvE33wFmutw9PBBk");
    }

    // ATT-09
    #[test]
    fn every_common_encoding_of_a_hash_is_read() {
        let bases = [
            Base::Base2,
            Base::Base16Lower,
            Base::Base16Upper,
            Base::Base32Lower,
            Base::Base36Lower,
            Base::Base58Btc,
            Base::Base64,
            Base::Base64Pad,
            Base::Base64Url,
            Base::Base64UrlPad,
        ];
        let mut texts: Vec<_> = bases.into_iter().map(|base| multibase::encode(base, bytes())).collect();
        texts.push(format!("1220{DIGEST}"));
        texts.push(format!("1220{DIGEST}").to_uppercase());
        texts.push("QmYtUc4iTCbbfVSDNKvtQqrfyezPPnFvE33wFmutw9PBBk".to_owned());
        for text in texts {
            let hash = Multihash::parse(&text, "x").unwrap();
            assert!(hash.is_of(b"multihash").unwrap(), "{text}");
            assert!(!hash.is_of(b"multihasH").unwrap(), "{text}");
        }
    }

    #[test]
    fn sha_512_is_compared_too() {
        let hash = Encoded::<64>::wrap(SHA2_512, &Sha512::digest(b"multihash")).unwrap();
        let hex = Base::Base16Lower.encode(hash.to_bytes());
        let base58 = Base::Base58Btc.encode(hash.to_bytes());
        assert!(base58.starts_with("8V"));
        for text in [hex, base58] {
            assert!(Multihash::parse(&text, "x").unwrap().is_of(b"multihash").unwrap());
        }
    }

    // ATT-09
    #[test]
    fn bare_digests_and_invalid_texts_are_refused() {
        let longer = "f".repeat(LONGEST_TEXT + 1);
        let cut = format!("1220{}", &DIGEST[2..]);
        for text in ["", "z", "f", "é", DIGEST, &cut, "sha-256", &longer, "1220", "zQm"] {
            assert!(Multihash::parse(text, "x").is_err(), "{text}");
        }
    }

    // ATT-10
    #[test]
    fn truncated_digest_never_matches_and_unknown_function_is_an_error() {
        let short = format!("1204{}", &DIGEST[..8]);
        assert!(!Multihash::parse(&short, "x").unwrap().is_of(b"multihash").unwrap());
        let empty = Multihash::parse("f1200", "x").unwrap();
        assert!(!empty.is_of(b"multihash").unwrap());
        // identity, SHA-1, BLAKE3
        for (text, name) in [("f0001ff", "0x0"), ("f1101ff", "0x11"), ("f1e01ff", "0x1e")] {
            let error = Multihash::parse(text, "x").unwrap().is_of(b"\xff").unwrap_err();
            assert_eq!(error, Error::unsupported("hash function", name));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}", base in "[0-9a-zA-Z\u{1F680}]", tail in "[ -~]{0,80}") {
            let _ = Multihash::parse(&text, "x").map(|hash| hash.is_of(b""));
            let _ = Multihash::parse(&format!("{base}{tail}"), "x").map(|hash| hash.is_of(b""));
        }
    }
}
