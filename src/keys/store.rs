//! The in-memory store of secrets.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::{Debug, Formatter};
use std::sync::{Arc, PoisonError, RwLock};

use super::{SecretKey, Verkey};
use crate::did_url::shortest_form;

/// Secrets in memory, parsed on insertion.
///
/// The keys of a DID with a long and a short form are found under the kids of either.
#[derive(Default)]
pub struct SecretStore(RwLock<Keys>);

/// Keys by every known name, so that one lookup finds a key.
#[derive(Default)]
struct Keys {
    by_name: HashMap<Arc<str>, SecretKey>,
    /// The names of a key by the kid of its insertion: that kid, the kid under the shortest form of its DID, and the
    /// other kids that have found it. They are few, because a hash has one long form.
    names: HashMap<Arc<str>, Vec<Arc<str>>>,
}

impl Keys {
    fn insert(&mut self, key: SecretKey) {
        let kid = Arc::<str>::from(key.kid().as_str());
        let name = shorten_did(&kid);
        self.remove(&name);
        let mut names = vec![Arc::clone(&kid)];
        if let Cow::Owned(name) = name {
            let name = Arc::<str>::from(name);
            self.by_name.insert(Arc::clone(&name), key.clone());
            names.push(name);
        }
        self.by_name.insert(Arc::clone(&kid), key);
        self.names.insert(kid, names);
    }

    /// Adds another name for the key with this name, and returns the key.
    fn add_name(&mut self, name: &str, other: &str) -> Option<SecretKey> {
        let key = self.by_name.get(name)?.clone();
        let other = Arc::<str>::from(other);
        if self.by_name.insert(Arc::clone(&other), key.clone()).is_none() {
            self.names.get_mut(key.kid().as_str())?.push(other);
        }
        Some(key)
    }

    fn remove(&mut self, name: &str) -> bool {
        let Some(kid) = self.by_name.get(name).map(|key| key.kid().clone()) else { return false };
        for name in self.names.remove(kid.as_str()).into_iter().flatten() {
            self.by_name.remove(&name);
        }
        true
    }
}

impl SecretStore {
    /// Stores the key under its kid, and replaces an earlier one.
    pub fn insert(&self, key: SecretKey) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(key);
    }

    /// Finds the key with this kid, and returns it under the kid of its insertion; a verkey counts as the kid in its
    /// did:key.
    pub fn find(&self, kid: &str) -> Option<SecretKey> {
        let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = keys.by_name.get(kid) {
            return Some(key.clone());
        }
        let name = name(kid);
        keys.by_name.get(name.as_ref())?;
        drop(keys);
        self.0.write().unwrap_or_else(PoisonError::into_inner).add_name(&name, kid)
    }

    /// Removes the key with this kid; returns whether there was one.
    pub fn remove(&self, kid: &str) -> bool {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(&name(kid))
    }

    /// The number of keys.
    pub fn len(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).names.len()
    }

    /// Whether the store is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The kids of all keys, as inserted, sorted.
    pub fn kids(&self) -> Vec<String> {
        let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut kids: Vec<_> = keys.names.keys().map(ToString::to_string).collect();
        kids.sort_unstable();
        kids
    }
}

/// The primary name of a key.
fn name(kid: &str) -> Cow<'_, str> {
    let verkey = if kid.starts_with("did:") { None } else { Verkey::parse(kid).ok() };
    match verkey.and_then(|verkey| verkey.kid().ok()) {
        Some(kid) => Cow::Owned(kid.to_string()),
        None => shorten_did(kid),
    }
}

/// The kid under the shortest form of its DID.
fn shorten_did(kid: &str) -> Cow<'_, str> {
    match kid.split_once('#').map(|(did, fragment)| (shortest_form(did), fragment)) {
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
    use crate::did_url::DidUrl;
    use crate::keys::Curve;

    const LONG: &str =
        "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M:zQSJgiFTYiCHjQ9MktwNThRXM7a#key-1";
    const SHORT: &str = "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M#key-1";
    const TWO: &str = "did:peer:2.Ez6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc#key-1";

    fn secret(kid: &str, byte: u8) -> SecretKey {
        SecretKey::from_bytes(DidUrl::parse(kid).unwrap(), Curve::X25519, &[byte; 32]).unwrap()
    }

    // ADR-05
    #[test]
    fn key_is_found_and_removed_under_either_form_of_its_did() {
        let three = format!("{}#key-1", shortest_form(TWO.split('#').next().unwrap()));
        for (stored, name) in [(LONG, SHORT), (SHORT, LONG), (TWO, &three), (&three, TWO)] {
            let store = SecretStore::default();
            store.insert(secret(stored, 1));
            for kid in [stored, name] {
                assert_eq!(store.find(kid).unwrap().kid().as_str(), stored);
                assert!(store.find(&kid.replace("key-1", "key-2")).is_none());
            }
            // the same key of the same DID, so there is one entry
            store.insert(secret(name, 2));
            assert_eq!((store.kids(), store.len()), (vec![name.to_owned()], 1));
            assert_eq!(store.find(stored).unwrap().public_key(), secret(stored, 2).public_key());
            assert!(store.remove(stored) && !store.remove(name));
            assert!(store.find(name).is_none() && store.is_empty());
        }
    }

    #[test]
    fn removed_key_is_not_found_under_any_name() {
        let verkey = "3Dn1SJNPaCXcvvJvSbsFWP2xaCjMom3can8CQNhWrTRx";
        let of_did_key = secret(&name(verkey), 1);
        for (stored, name) in [(secret(SHORT, 1), LONG), (secret(LONG, 1), SHORT), (of_did_key, verkey)] {
            let store = SecretStore::default();
            store.insert(stored.clone());
            for _ in 0..3 {
                assert_eq!(store.find(name).unwrap().kid(), stored.kid());
            }
            let count = |store: &SecretStore| {
                let keys = store.0.read().unwrap();
                (keys.by_name.len(), keys.names.values().map(Vec::len).sum::<usize>())
            };
            assert_eq!(count(&store), (2, 2), "{name}");
            assert!(store.remove(name));
            assert_eq!(count(&store), (0, 0), "{name}");
            assert!(store.find(name).is_none() && store.find(stored.kid().as_str()).is_none());
        }
    }

    // ADR-05
    #[test]
    fn did_with_a_wrong_hash_finds_no_key() {
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
