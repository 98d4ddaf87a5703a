//! A set of DIDs, under DID equivalence.

use std::collections::BTreeSet;

use super::shortest_form;

/// A set of DIDs: it contains a DID under any equivalent form.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DidSet(BTreeSet<String>);

impl DidSet {
    /// Whether the set contains the DID or an equivalent form of it.
    pub fn contains(&self, did: &str) -> bool {
        self.0.contains(shortest_form(did).as_ref())
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: AsRef<str>> FromIterator<T> for DidSet {
    fn from_iter<I: IntoIterator<Item = T>>(dids: I) -> Self {
        Self(dids.into_iter().map(|did| shortest_form(did.as_ref()).into_owned()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_contains_both_forms_of_a_did() {
        let long = "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M:zQSJgiFTYiCHjQ9MktwNThRXM7a";
        let short = "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M";
        for (put, found) in [(long, short), (short, long), ("did:example:a", "did:example:a")] {
            let parties: DidSet = [put].into_iter().collect();
            assert!(parties.contains(found) && !parties.contains("did:example:b"), "{put} {found}");
        }
        assert!(DidSet::default().is_empty());
    }
}
