//! Where a process keeps its secrets.

use std::collections::HashMap;
use std::fmt::{Debug, Formatter};
use std::sync::{PoisonError, RwLock};

use super::SecretKey;

/// Secrets kept in this process, each parsed when it entered.
#[derive(Default)]
pub struct SecretStore {
    keys: RwLock<HashMap<String, SecretKey>>,
}

impl SecretStore {
    /// Keeps the key under its kid, in place of an earlier one.
    pub fn insert(&self, key: SecretKey) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.insert(key.kid().to_string(), key);
    }

    /// The key of that id.
    pub fn find(&self, kid: &str) -> Option<SecretKey> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).get(kid).cloned()
    }

    /// Forgets the key of that id, and says whether there was one.
    pub fn remove(&self, kid: &str) -> bool {
        self.keys.write().unwrap_or_else(PoisonError::into_inner).remove(kid).is_some()
    }

    /// The ids of all keys, sorted.
    pub fn kids(&self) -> Vec<String> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let mut kids: Vec<_> = keys.keys().cloned().collect();
        kids.sort_unstable();
        kids
    }
}

impl Debug for SecretStore {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretStore").field("kids", &self.kids()).finish()
    }
}
