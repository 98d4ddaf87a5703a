//! DIDs that the core resolves by itself.

use std::sync::Arc;

use crate::did::local::LocalResolver;

/// The core's resolver and the prefixes of its DIDs: of all matching prefixes the longest counts.
#[derive(Clone)]
pub struct OwnDids {
    /// The resolver.
    pub resolver: Arc<LocalResolver>,
    /// The prefixes of the resolver's DIDs.
    pub prefixes: Vec<String>,
    /// Prefixes within them that belong to other resolvers.
    pub exceptions: Vec<String>,
}

impl OwnDids {
    /// Returns the resolver, if the DID is one of its DIDs.
    pub(super) fn resolver_of(&self, did: &str) -> Option<&LocalResolver> {
        let longest = |prefixes: &[String]| {
            prefixes.iter().filter(|prefix| did.starts_with(prefix.as_str())).map(String::len).max()
        };
        (longest(&self.prefixes) > longest(&self.exceptions)).then_some(&*self.resolver)
    }
}
