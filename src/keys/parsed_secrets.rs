//! Secrets that were parsed before, by the digest of their text.

use std::collections::HashMap;
use std::fmt::{Debug, Formatter};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use super::SecretKey;
use crate::error::Result;

/// Maximum number of secrets: they take about 200 KB, and an evicted one is parsed again.
const MOST: usize = 256;

/// Maximum time since the last use, in seconds: a key that was removed from its store is soon gone from memory too.
const MOST_IDLE: u64 = 300;

/// Secrets whose JSON a secrets resolver returns again and again: to parse one takes longer than to sign with it.
///
/// A secret is found only by the same text, so a key that is changed or removed in its store is never used again. It is
/// zeroed when it is evicted, with the static-static secrets that it caches.
#[derive(Default)]
pub struct ParsedSecrets(Mutex<Secrets>);

/// The secrets by digest.
type Secrets = HashMap<[u8; 32], Parsed>;

struct Parsed {
    secret: SecretKey,
    last_used: u64,
}

impl ParsedSecrets {
    /// Parses the JSON text of a secret as [`SecretKey::from_json`] does, or finds the one that it was parsed to before.
    ///
    /// `now` is the time in seconds since the epoch.
    pub fn parse(&self, text: &str, kid: &str, now: u64) -> Result<SecretKey> {
        let digest = digest(text, kid);
        if let Some(secret) = self.find(&digest, now) {
            return Ok(secret);
        }
        let secret = SecretKey::from_json(text, Some(kid))?;
        let mut parsed = self.lock();
        make_room(&mut parsed);
        parsed.insert(digest, Parsed { secret: secret.clone(), last_used: now });
        Ok(secret)
    }

    /// Finds a secret, and evicts those that were not used for a while.
    fn find(&self, digest: &[u8; 32], now: u64) -> Option<SecretKey> {
        let mut parsed = self.lock();
        parsed.retain(|_, parsed| !parsed.is_idle(now));
        let known = parsed.get_mut(digest)?;
        known.last_used = now;
        Some(known.secret.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Secrets> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.lock().len()
    }
}

impl Parsed {
    /// A clock that was set back makes a secret idle too.
    fn is_idle(&self, now: u64) -> bool {
        now.abs_diff(self.last_used) > MOST_IDLE
    }
}

/// Evicts the secret that was not used for longest, if there is no room for one more.
fn make_room(parsed: &mut Secrets) {
    if parsed.len() >= MOST {
        let oldest = parsed.iter().min_by_key(|(_, parsed)| parsed.last_used).map(|(digest, _)| *digest);
        if let Some(oldest) = oldest {
            parsed.remove(&oldest);
        }
    }
}

/// The digest of both texts, so that no copy of the secret is kept as a key.
fn digest(text: &str, kid: &str) -> [u8; 32] {
    let length = u64::try_from(kid.len()).unwrap_or(u64::MAX).to_be_bytes();
    Sha256::new().chain_update(length).chain_update(kid).chain_update(text).finalize().into()
}

impl Debug for ParsedSecrets {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParsedSecrets").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64url;
    use crate::keys::{Curve, PrivateKey};

    const KID: &str = "did:example:alice#key-1";

    fn jwk(number: u16) -> String {
        let mut bytes = [7; 32];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        let public = PrivateKey::from_bytes(Curve::Ed25519, &bytes).unwrap().public_key();
        let [d, x] = [base64url::encode(bytes), base64url::encode(public.bytes())];
        format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}","d":"{d}"}}"#)
    }

    /// Whether both are one parsed key.
    fn is_same(one: &SecretKey, other: &SecretKey) -> bool {
        one.kind().is_same(other.kind())
    }

    #[test]
    fn the_same_text_is_parsed_once() {
        let parsed = ParsedSecrets::default();
        let [one, again] = [0, MOST_IDLE].map(|now| parsed.parse(&jwk(1), KID, now).unwrap());
        assert!(is_same(&one, &again));
        assert_eq!(one.kid().as_str(), KID);
        assert_eq!(parsed.len(), 1);
    }

    #[test]
    fn another_text_or_another_kid_is_another_secret() {
        let parsed = ParsedSecrets::default();
        let one = parsed.parse(&jwk(1), KID, 0).unwrap();
        let changed = parsed.parse(&jwk(2), KID, 0).unwrap();
        assert_ne!(one.public_key(), changed.public_key());
        let renamed = parsed.parse(&jwk(1), "did:example:alice#key-2", 0).unwrap();
        assert_eq!(renamed.kid().as_str(), "did:example:alice#key-2");
        assert!(!is_same(&one, &renamed));
        assert_eq!(parsed.len(), 3);
    }

    #[test]
    fn a_text_that_is_refused_is_refused_again() {
        let parsed = ParsedSecrets::default();
        let other_half = jwk(1).replace("\"x\":\"", "\"x\":\"A");
        for text in ["{}", "junk", &other_half] {
            for _ in 0..2 {
                assert!(parsed.parse(text, KID, 0).is_err(), "{text}");
            }
        }
        assert_eq!(parsed.len(), 0);
    }

    #[test]
    fn idle_secrets_are_evicted() {
        let parsed = ParsedSecrets::default();
        let now = 1_000_000;
        let idle = parsed.parse(&jwk(1), KID, now).unwrap();
        let used = parsed.parse(&jwk(2), KID, now).unwrap();
        for time in [now + MOST_IDLE, now + MOST_IDLE + 1] {
            assert!(is_same(&used, &parsed.parse(&jwk(2), KID, time).unwrap()));
        }
        assert_eq!(parsed.len(), 1);
        assert_eq!(idle.kind().handles(), 1);
        // a clock that was set back
        assert!(!is_same(&used, &parsed.parse(&jwk(2), KID, now).unwrap()));
    }

    #[test]
    fn the_secret_unused_for_longest_makes_room() {
        let parsed = ParsedSecrets::default();
        let first = parsed.parse(&jwk(0), KID, 1).unwrap();
        let second = parsed.parse(&jwk(1), KID, 0).unwrap();
        for number in 2..=u16::try_from(MOST).unwrap() {
            parsed.parse(&jwk(number), KID, 2).unwrap();
        }
        assert_eq!(parsed.len(), MOST);
        assert!(is_same(&first, &parsed.parse(&jwk(0), KID, 2).unwrap()));
        assert_eq!(second.kind().handles(), 1);
    }
}
