//! Per-key cache of ECDH-1PU static-static secrets.
//!
//! One of the two agreements of ECDH-1PU is between both parties' static keys. Its result is the same in every
//! message, so a key caches it, which saves a multiplication in authcrypt. The cached secret is as sensitive as the
//! key: it lives no longer than the key, and is zeroed on drop too.

use std::fmt::{Debug, Formatter};
use std::sync::OnceLock;

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, UnitWeighter};

use super::shared_secret::SharedSecret;

/// Maximum number of cached peers per key: they take about 200 KB, and an evicted secret is computed again.
const PEERS: usize = 1024;

/// The peers after the first.
const OTHERS: usize = PEERS - 1;

/// The static-static secrets of one key, by the bytes of the peer's public key.
///
/// With a DID for each relationship every key has one peer, so the first needs no table, which would be many times as
/// large as the key.
#[derive(Default)]
pub(super) struct StaticSecretCache {
    first: OnceLock<(Vec<u8>, SharedSecret)>,
    others: OnceLock<Box<Others>>,
}

type Others = Cache<Vec<u8>, SharedSecret>;

impl StaticSecretCache {
    pub(super) fn get(&self, public: &[u8]) -> Option<SharedSecret> {
        match self.first.get()? {
            (first, shared) if first == public => Some(shared.clone()),
            _ => self.others.get()?.get(public),
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        usize::from(self.first.get().is_some())
            .saturating_add(self.others.get().map_or(0, |others| others.len()))
    }

    pub(super) fn insert(&self, public: &[u8], shared: SharedSecret) {
        if let Err((public, shared)) = self.first.set((public.to_vec(), shared)) {
            self.others.get_or_init(|| Box::new(new_table())).insert(public, shared);
        }
    }
}

/// The table of further peers, with one shard, since each shard takes memory even while empty.
#[expect(clippy::expect_used, reason = "the options are constants")]
fn new_table() -> Others {
    let room = OptionsBuilder::new()
        .shards(1)
        .estimated_items_capacity(OTHERS)
        .weight_capacity(u64::try_from(OTHERS).unwrap_or(u64::MAX))
        .build()
        .expect("both capacities are set");
    let (hash, lifecycle) = (DefaultHashBuilder::default(), DefaultLifecycle::default());
    Cache::with_options(room, UnitWeighter, hash, lifecycle)
}

impl Debug for StaticSecretCache {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("StaticSecretCache")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::agreement::{agree, agree_and_remember};
    use crate::crypto::curve::Curve;
    use crate::crypto::private_key::PrivateKey;
    use crate::crypto::public_key::PublicKey;
    use crate::error::Error;

    fn secret(curve: Curve, number: u16) -> PrivateKey {
        let mut bytes = vec![0; curve.field_length()];
        bytes[1..3].copy_from_slice(&number.to_be_bytes());
        bytes[3] = 1;
        PrivateKey::from_bytes(curve, &bytes).unwrap()
    }

    // ALG-01
    #[test]
    fn cached_secret_equals_the_computed_secret() {
        for curve in Curve::FOR_AGREEMENT {
            let (alice, bob, carol) = (secret(curve, 1), secret(curve, 2), secret(curve, 3));
            for other in [&bob, &carol, &bob, &carol] {
                let shared = agree_and_remember(&alice, &other.public_key()).unwrap();
                assert_eq!(shared.bytes(), agree(&alice, &other.public_key()).unwrap().bytes());
            }
            assert_eq!((alice.remembered_peers(), bob.remembered_peers()), (2, 0));
            // the same key under another kid shares its cache
            agree_and_remember(&alice.clone(), &alice.public_key()).unwrap();
            assert_eq!(alice.remembered_peers(), 3);
        }
    }

    // ALG-15
    #[test]
    fn refused_agreement_is_not_cached() {
        let bob = secret(Curve::X25519, 1);
        let low = PublicKey::from_bytes(Curve::X25519, &[0; 32]).unwrap();
        let other = secret(Curve::P256, 1).public_key();
        for _ in 0..2 {
            assert_eq!(agree_and_remember(&bob, &low).err(), Some(Error::Decryption));
            assert_eq!(agree_and_remember(&bob, &other).err(), Some(Error::Decryption));
        }
        assert_eq!(bob.remembered_peers(), 0);
    }

    #[test]
    fn key_with_one_peer_has_no_table() {
        let (alice, bob, carol) = (secret(Curve::P256, 1), secret(Curve::P256, 2), secret(Curve::P256, 3));
        for _ in 0..2 {
            agree_and_remember(&alice, &bob.public_key()).unwrap();
        }
        assert!(alice.static_secrets().others.get().is_none());
        agree_and_remember(&alice, &carol.public_key()).unwrap();
        assert_eq!(alice.static_secrets().others.get().map(|others| others.len()), Some(1));
    }

    #[test]
    fn number_of_cached_peers_is_limited() {
        let alice = secret(Curve::X25519, 1);
        for number in 1..=1100 {
            let mut bytes = [9; 32];
            bytes[..2].copy_from_slice(&u16::to_be_bytes(number));
            agree_and_remember(&alice, &PublicKey::from_bytes(Curve::X25519, &bytes).unwrap()).unwrap();
        }
        assert!(alice.remembered_peers() <= PEERS, "{}", alice.remembered_peers());
    }
}
