//! A set of parties, each known by all of its names.

use std::collections::BTreeSet;

use super::shortest;

/// A set of parties: a DID is in it under whichever of its names it was put in.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DidSet(BTreeSet<String>);

impl DidSet {
    /// Whether the party of this DID is in the set.
    pub fn contains(&self, did: &str) -> bool {
        self.0.contains(shortest(did).as_ref())
    }

    /// Whether nobody is in the set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: AsRef<str>> FromIterator<T> for DidSet {
    fn from_iter<I: IntoIterator<Item = T>>(dids: I) -> Self {
        Self(dids.into_iter().map(|did| shortest(did.as_ref()).into_owned()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_names_of_a_party_are_in_the_set() {
        let long = "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M:zQSJgiFTYiCHjQ9MktwNThRXM7a";
        let short = "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M";
        for (put, asked) in [(long, short), (short, long), ("did:example:a", "did:example:a")] {
            let parties: DidSet = [put].into_iter().collect();
            assert!(parties.contains(asked) && !parties.contains("did:example:b"), "{put} {asked}");
        }
        assert!(DidSet::default().is_empty());
    }
}
