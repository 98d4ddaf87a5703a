//! Where a process keeps its secrets.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::{Debug, Formatter};
use std::sync::{PoisonError, RwLock};

use super::{SecretKey, Verkey};
use crate::did::shortest;

/// Secrets kept in this process, each parsed when it entered.
///
/// A DID with a long and a short form is one party: its keys are found under the kids of either.
#[derive(Default)]
pub struct SecretStore {
    /// By the kid under the shortest name of its DID, so that both forms lead to one entry.
    keys: RwLock<HashMap<String, SecretKey>>,
}

impl SecretStore {
    /// Keeps the key under its kid, in place of an earlier one.
    pub fn insert(&self, key: SecretKey) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.insert(under_shortest(key.kid().as_str()).into_owned(), key);
    }

    /// The key of that id, under the id by which it was put in; a verkey is the id of its did:key.
    pub fn find(&self, kid: &str) -> Option<SecretKey> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.get(name(kid).as_ref()).cloned()
    }

    /// Forgets the key of that id, and says whether there was one.
    pub fn remove(&self, kid: &str) -> bool {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.remove(name(kid).as_ref()).is_some()
    }

    /// The ids of all keys, as they were put in, sorted.
    pub fn kids(&self) -> Vec<String> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let mut kids: Vec<_> = keys.values().map(|key| key.kid().to_string()).collect();
        kids.sort_unstable();
        kids
    }
}

/// The name under which a key is kept that is asked for by this id.
fn name(kid: &str) -> Cow<'_, str> {
    let verkey = if kid.starts_with("did:") { None } else { Verkey::parse(kid).ok() };
    match verkey.and_then(|verkey| verkey.kid().ok()) {
        Some(kid) => Cow::Owned(kid.to_string()),
        None => under_shortest(kid),
    }
}

/// The kid under the shortest name of its DID.
fn under_shortest(kid: &str) -> Cow<'_, str> {
    match kid.split_once('#').map(|(did, fragment)| (shortest(did), fragment)) {
        Some((Cow::Owned(did), fragment)) => Cow::Owned(format!("{did}#{fragment}")),
        _ => Cow::Borrowed(kid),
    }
}

impl Debug for SecretStore {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretStore").field("kids", &self.kids()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::did::DidUrl;
    use crate::keys::Curve;

    const LONG: &str =
        "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M:zQSJgiFTYiCHjQ9MktwNThRXM7a#key-1";
    const SHORT: &str = "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M#key-1";
    const TWO: &str = "did:peer:2.Ez6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc#key-1";

    fn secret(kid: &str, octet: u8) -> SecretKey {
        SecretKey::from_octets(DidUrl::parse(kid).unwrap(), Curve::X25519, &[octet; 32]).unwrap()
    }

    // ADR-05
    #[test]
    fn a_key_is_found_and_forgotten_under_either_form_of_its_did() {
        let three = format!("{}#key-1", shortest(TWO.split('#').next().unwrap()));
        for (kept, asked) in [(LONG, SHORT), (SHORT, LONG), (TWO, &three), (&three, TWO)] {
            let store = SecretStore::default();
            store.insert(secret(kept, 1));
            for kid in [kept, asked] {
                assert_eq!(store.find(kid).unwrap().kid().as_str(), kept);
                assert!(store.find(&kid.replace("key-1", "key-2")).is_none());
            }
            // the same key of the same party, so that there is one entry
            store.insert(secret(asked, 2));
            assert_eq!(store.kids(), [asked]);
            assert_eq!(store.find(kept).unwrap().public_key(), secret(kept, 2).public_key());
            assert!(store.remove(kept) && !store.remove(asked));
            assert!(store.find(asked).is_none());
        }
    }

    // ADR-05
    #[test]
    fn a_did_that_only_looks_like_the_other_form_finds_nothing() {
        let store = SecretStore::default();
        store.insert(secret(SHORT, 1));
        for kid in [LONG.replace("zQSJ", "zQSK"), LONG.replace("zQmb", "zQma"), SHORT.replace("zQmb", "zQma")]
        {
            assert!(store.find(&kid).is_none(), "{kid}");
            store.insert(secret(&kid, 2));
        }
        assert_eq!(store.kids().len(), 4);
    }
}
