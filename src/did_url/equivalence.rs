//! DID equivalence: the forms of one DID.

use std::borrow::Cow;

use super::short_form::short_form;

/// Whether two DIDs, or DID URLs, belong to one party.
///
/// They do if they are equal, or if one is the hash of the other: the short and the long form of a
/// did:peer:4, or the did:peer:3 of a did:peer:2. The hash is always computed.
pub fn same_party(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let (one, other) = (without_fragment(one), without_fragment(other));
    if one == other {
        return true;
    }
    // only these methods have two equivalent DIDs, and most DIDs have neither method
    let named_twice = |did: &str| did.starts_with("did:peer:");
    named_twice(one) && named_twice(other) && shortest_form(one) == shortest_form(other)
}

/// The shortest equivalent DID: the short form of a long form, any other DID as it is.
pub fn shortest_form(did: &str) -> Cow<'_, str> {
    short_form(did).map_or(Cow::Borrowed(did), Cow::Owned)
}

/// The canonical form of a DID, for reports.
///
/// A peer may write either of two forms, and a program that stores contacts by DID needs one: the short form of a
/// did:peer:4, and the did:peer:2 of a did:peer:3 if `long` is that did:peer:2. Any other DID is unchanged.
pub fn canonical<'a>(did: &'a str, long: Option<&'a str>) -> Cow<'a, str> {
    if did.starts_with("did:peer:4") {
        return shortest_form(did);
    }
    match long.filter(|long| did.starts_with("did:peer:3") && same_party(long, did)) {
        Some(long) => Cow::Borrowed(long),
        None => Cow::Borrowed(did),
    }
}

/// A party's DID with its shortest form, computed once for comparison with many DIDs.
pub(crate) struct PartyName<'a>(Cow<'a, str>);

impl<'a> PartyName<'a> {
    pub(crate) fn of(did: &'a str) -> Self {
        Self(shortest_form(did))
    }

    /// Whether the DID belongs to this party. A DID is hashed only if it can be an equivalent form.
    pub(crate) fn is(&self, did: &str) -> bool {
        if *self.0 == *did {
            return true;
        }
        // the long form of a did:peer:4 begins with the short one, and that of a did:peer:3 is a did:peer:2
        let may_be = did.starts_with(self.0.as_ref())
            || (self.0.starts_with("did:peer:3") && did.starts_with("did:peer:2"));
        may_be && shortest_form(did) == self.0
    }
}

fn without_fragment(url: &str) -> &str {
    url.split(['#', '?', '/']).next().unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: &str =
        "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M:zQSJgiFTYiCHjQ9MktwNThRXM7a";
    const SHORT: &str = "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M";

    // the example of the method specification
    const TWO: &str = "did:peer:2.Ez6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc.Vz6MkqRYqQiSgvZQdnBytw86Qbs2ZWUkGv22od935YF4s8M7V.Vz6MkgoLTnTypo3tDRwCkZXSccTPHRLhF4ZnjhueYAFpEX6vg.SeyJ0IjoiZG0iLCJzIjoiaHR0cHM6Ly9leGFtcGxlLmNvbS9lbmRwb2ludCIsInIiOlsiZGlkOmV4YW1wbGU6c29tZW1lZGlhdG9yI3NvbWVrZXkiXSwiYSI6WyJkaWRjb21tL3YyIiwiZGlkY29tbS9haXAyO2Vudj1yZmM1ODciXX0";
    const THREE: &str = "did:peer:3zQmS19jtYDvGtKVrJhQnRFpBQAx3pJ9omx2HpNrcXFuRCz9";

    // ADR-05
    #[test]
    fn both_forms_of_a_did_are_one_party() {
        for (one, other) in [(LONG, SHORT), (TWO, THREE)] {
            assert!(same_party(one, one) && same_party(one, other) && same_party(other, one));
            assert!(same_party(&format!("{one}#key-1"), &format!("{other}#key-2")));
            for (mine, theirs) in [(one, other), (other, one), (one, one), (other, other)] {
                assert!(PartyName::of(mine).is(theirs));
            }
            assert_eq!(shortest_form(one), other);
            assert_eq!(shortest_form(other), other);
        }
        assert!(same_party("did:example:a#1", "did:example:a?x=1#2"));
    }

    #[test]
    fn canonical_form_is_the_same_for_both_forms() {
        for (did, long, form) in [
            (LONG, None, SHORT),
            (SHORT, None, SHORT),
            (SHORT, Some(LONG), SHORT),
            (TWO, None, TWO),
            (THREE, Some(TWO), TWO),
            (THREE, None, THREE),
            (THREE, Some(LONG), THREE),
            ("did:example:a", None, "did:example:a"),
        ] {
            assert_eq!(canonical(did, long), form, "{did} {long:?}");
        }
    }

    // ADR-05
    #[test]
    fn did_with_a_wrong_hash_is_another_party() {
        for (one, other) in [
            (LONG.replace("zQSJ", "zQSK").as_str(), SHORT),
            (LONG, SHORT.trim_end_matches('M')),
            (LONG, &SHORT.replace("zQm", "zQn")),
            (LONG, THREE),
            (TWO, SHORT),
            (&TWO.replace(".V", ".A"), THREE),
            (&format!("{SHORT}:"), SHORT),
            ("did:example:a", "did:example:b"),
            ("did:example:a", "did:example:a:b"),
            ("did:peer:2", "did:peer:3zQm"),
        ] {
            assert!(!same_party(one, other) && !same_party(other, one), "{one} {other}");
            assert!(!PartyName::of(one).is(other) && !PartyName::of(other).is(one), "{one} {other}");
        }
    }
}
