//! The DIDs that need no question.

use std::sync::Arc;

use crate::did::local::LocalResolver;

/// A resolver of the core and its DIDs, by their prefixes: of all that fit a DID the longest counts.
pub struct OwnDids {
    /// Answers for them.
    pub resolver: Arc<LocalResolver>,
    /// The prefixes of the DIDs that it answers for.
    pub prefixes: Vec<String>,
    /// The prefixes of other resolvers among them.
    pub exceptions: Vec<String>,
}

impl OwnDids {
    /// The resolver, if it answers for the DID.
    pub(super) fn resolver_of(&self, did: &str) -> Option<&LocalResolver> {
        let longest = |prefixes: &[String]| {
            prefixes.iter().filter(|prefix| did.starts_with(prefix.as_str())).map(String::len).max()
        };
        (longest(&self.prefixes) > longest(&self.exceptions)).then_some(&*self.resolver)
    }
}
