//! The entry limit of one DID document.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::json::Node;

/// Default maximum number of list entries and endpoint members in a document.
///
/// A document of 1 MiB has about as many keys, and reading them takes a few milliseconds. No document in use
/// comes near: most have fewer than ten entries.
pub const MOST_ENTRIES: usize = 4096;

/// The remaining number of entries of one document.
#[derive(Debug)]
pub(super) struct Room {
    did: String,
    most: usize,
    left: usize,
}

impl Room {
    pub(super) fn new(did: &str, most: usize) -> Self {
        Self { did: did.to_owned(), most, left: most }
    }

    /// The entries of a list; `None` if the value is not a list.
    pub(super) fn entries<N: Node>(&mut self, list: &N) -> Result<Option<Vec<N>>> {
        let Some(entries) = list.entries() else { return Ok(None) };
        self.take(entries.len())?;
        Ok(Some(entries))
    }

    /// The strings in a list; `None` for any other value.
    pub(super) fn texts<N: Node>(&mut self, list: &N) -> Result<Option<Vec<String>>> {
        let Some(entries) = self.entries(list)? else { return Ok(None) };
        Ok(entries.iter().map(|entry| entry.text().map(Cow::into_owned)).collect())
    }

    /// The names of the members of an object.
    pub(super) fn names<N: Node>(&mut self, object: &N) -> Result<Vec<String>> {
        let names = object.names();
        self.take(names.len())?;
        Ok(names)
    }

    fn take(&mut self, count: usize) -> Result<()> {
        self.left = self.left.checked_sub(count).ok_or_else(|| Error::MalformedDocument {
            did: self.did.clone(),
            reason: format!("more than {} entries (`max_document_entries`)", self.most),
        })?;
        Ok(())
    }
}
