//! Alternative kids of a key: those of older libraries, and those under the other form of its DID.

use super::{DidUrl, peer, same_party};
use crate::did_url::short_form::short_form;

/// The alternative kids of a key: under its DID, under the DID's short form, and under the known long form.
pub(crate) fn names_of_key(kid: &DidUrl, long: Option<&str>) -> Vec<String> {
    let Some(fragment) = kid.fragment() else { return Vec::new() };
    let long =
        long.and_then(|long| DidUrl::parse(long).ok()).filter(|long| same_party(long.did(), kid.did()));
    let mut fragments = vec![fragment.to_owned()];
    for did in std::iter::once(kid).chain(&long) {
        fragments.extend(peer::names(did, fragment));
    }
    let short = short_form(kid.did());
    let dids = [Some(kid.did()), short.as_deref(), long.as_ref().map(DidUrl::did)];
    let mut names = Vec::new();
    for did in dids.into_iter().flatten() {
        for name in fragments.iter().map(|fragment| format!("{did}#{fragment}")) {
            if name != kid.as_str() && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}
