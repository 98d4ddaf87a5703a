//! Text that is kept as it was written: large bodies and attachments are not copied out of their message.

use std::fmt::{Debug, Formatter};
use std::ops::Range;
use std::sync::Arc;

use zeroize::Zeroizing;

/// A whole text, of which parts are kept.
pub(crate) enum Source {
    /// One that was never secret in this process, or is no more so than its parts elsewhere.
    Open(String),
    /// One that was decrypted, and is zeroed when nobody keeps any part of it.
    Decrypted(Zeroizing<String>),
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
    /// Keeps a text in whole.
    pub(crate) fn whole(text: String) -> Self {
        Self { range: 0..text.len(), source: Arc::new(Source::Open(text)) }
    }

    /// Keeps a part of the source; a text from elsewhere is copied.
    pub(crate) fn part(source: &Arc<Source>, part: &str) -> Self {
        let start = part.as_ptr().addr().checked_sub(source.as_str().as_ptr().addr());
        let range = start.and_then(|start| Some(start..start.checked_add(part.len())?));
        // two texts that live are never in one place, so this part of the source is that part
        match range.filter(|range| source.as_str().get(range.clone()).is_some()) {
            Some(range) => Self { source: Arc::clone(source), range },
            None => Self::whole(part.to_owned()),
        }
    }

    /// A copy that keeps nothing but its own text, as secret as the source is.
    pub(crate) fn copied(&self) -> Self {
        let text = self.as_str().to_owned();
        let source = match *self.source {
            Source::Open(_) => Source::Open(text),
            Source::Decrypted(_) => Source::Decrypted(text.into()),
        };
        Self { range: 0..self.length(), source: Arc::new(source) }
    }

    /// How long the whole text is, of which this is a part.
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
    fn a_copy_keeps_its_own_text_alone() {
        for source in [Source::Open("[1,2]".to_owned()), Source::Decrypted("[1,2]".to_owned().into())] {
            let source = Arc::new(source);
            let copied = SharedText::part(&source, &source.as_str()[1..2]).copied();
            assert_eq!((copied.as_str(), copied.source_length()), ("1", 1));
            assert_eq!(Arc::strong_count(&source), 1);
            let is_secret = matches!(*copied.source, Source::Decrypted(_));
            assert_eq!(is_secret, matches!(*source, Source::Decrypted(_)));
        }
    }

    #[test]
    fn a_part_is_kept_where_it_stands_and_another_text_is_copied() {
        for source in [Source::Open("[1,2]".to_owned()), Source::Decrypted("[1,2]".to_owned().into())] {
            let source = Arc::new(source);
            let text = source.as_str();
            for part in ["", "2", "1,2", "[1,2]"] {
                let place = text.find(part).unwrap();
                let inside = &text[place..place + part.len()];
                let kept = SharedText::part(&source, inside);
                assert_eq!(kept.as_str(), part);
                assert_eq!(kept.as_str().as_ptr(), inside.as_ptr());
            }
            let other = "[1,2]3".to_owned();
            let kept = SharedText::part(&source, &other[3..]);
            assert_eq!(kept.as_str(), "2]3");
        }
    }
}
