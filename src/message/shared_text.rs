//! Text slices with shared ownership: large bodies and attachments are not copied out of their message.

use std::fmt::{Debug, Formatter};
use std::ops::Range;
use std::sync::Arc;

use super::decrypted_text::DecryptedText;

/// A whole text with shared parts.
pub(crate) enum Source {
    /// A text that was never secret in this process, or whose content exists unprotected anyway.
    Open(String),
    /// A decrypted text, zeroed with the last reference to any part of it.
    Decrypted(DecryptedText),
}

impl Source {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Open(text) => text,
            Self::Decrypted(text) => text,
        }
    }
}

impl Debug for Source {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A part of a text.
#[derive(Clone)]
pub(crate) struct SharedText {
    source: Arc<Source>,
    range: Range<usize>,
}

impl SharedText {
    /// Wraps a whole text.
    pub(crate) fn from_string(text: String) -> Self {
        Self { range: 0..text.len(), source: Arc::new(Source::Open(text)) }
    }

    /// Shares a part of the source; a text outside of the source is copied.
    pub(crate) fn part(source: &Arc<Source>, part: &str) -> Self {
        let start = part.as_ptr().addr().checked_sub(source.as_str().as_ptr().addr());
        let range = start.and_then(|start| Some(start..start.checked_add(part.len())?));
        // two live texts never overlap in memory, so this range of the source is the part
        match range.filter(|range| source.as_str().get(range.clone()).is_some()) {
            Some(range) => Self { source: Arc::clone(source), range },
            None => Self::from_string(part.to_owned()),
        }
    }

    /// Copies the text out of its source; the copy of a decrypted text is zeroed too.
    pub(crate) fn to_unshared(&self) -> Self {
        let text = self.as_str().to_owned();
        let source = match *self.source {
            Source::Open(_) => Source::Open(text),
            Source::Decrypted(_) => Source::Decrypted(text.into()),
        };
        Self { range: 0..self.length(), source: Arc::new(source) }
    }

    /// The length of the whole source.
    pub(crate) fn source_length(&self) -> usize {
        self.source.as_str().len()
    }

    pub(crate) fn length(&self) -> usize {
        self.range.len()
    }

    pub(crate) fn as_str(&self) -> &str {
        self.source.as_str().get(self.range.clone()).unwrap_or_default()
    }
}

impl Debug for SharedText {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unshared_copy_does_not_retain_its_source() {
        for source in [Source::Open("[1,2]".to_owned()), Source::Decrypted("[1,2]".to_owned().into())] {
            let source = Arc::new(source);
            let unshared = SharedText::part(&source, &source.as_str()[1..2]).to_unshared();
            assert_eq!((unshared.as_str(), unshared.source_length()), ("1", 1));
            assert_eq!(Arc::strong_count(&source), 1);
            let is_secret = matches!(*unshared.source, Source::Decrypted(_));
            assert_eq!(is_secret, matches!(*source, Source::Decrypted(_)));
        }
    }

    #[test]
    fn part_of_the_source_is_shared_and_other_text_is_copied() {
        for source in [Source::Open("[1,2]".to_owned()), Source::Decrypted("[1,2]".to_owned().into())] {
            let source = Arc::new(source);
            let text = source.as_str();
            for part in ["", "2", "1,2", "[1,2]"] {
                let place = text.find(part).unwrap();
                let inside = &text[place..place + part.len()];
                let shared = SharedText::part(&source, inside);
                assert_eq!(shared.as_str(), part);
                assert_eq!(shared.as_str().as_ptr(), inside.as_ptr());
            }
            let other = "[1,2]3".to_owned();
            let shared = SharedText::part(&source, &other[3..]);
            assert_eq!(shared.as_str(), "2]3");
        }
    }
}
