//! How the answers to the questions of an operation are read.

use std::sync::Arc;

use crate::caller::Context;
use crate::did::MOST_ENTRIES;
use crate::error::Result;
use crate::keys::{ParsedSecrets, SecretKey};

/// What reads the answers of the resolvers, the same for all answers of an operation.
#[derive(Clone)]
pub(super) struct AnswerReader {
    /// Maximum number of list entries in a document.
    pub(super) most_document_entries: usize,
    parsed_secrets: Option<Arc<ParsedSecrets>>,
    now: u64,
}

impl AnswerReader {
    /// Reads for an operation in this context.
    pub(super) fn of(context: &Context) -> Self {
        let Context { most_document_entries, parsed_secrets, now, .. } = context;
        Self {
            most_document_entries: *most_document_entries,
            parsed_secrets: parsed_secrets.clone(),
            now: *now,
        }
    }

    /// Reads the JSON text of a secret, which may have been parsed for an operation before.
    pub(super) fn secret(&self, text: &str, kid: &str) -> Result<SecretKey> {
        match &self.parsed_secrets {
            Some(parsed) => parsed.parse(text, kid, self.now),
            None => SecretKey::from_json(text, Some(kid)),
        }
    }
}

impl Default for AnswerReader {
    fn default() -> Self {
        Self { most_document_entries: MOST_ENTRIES, parsed_secrets: None, now: 0 }
    }
}
