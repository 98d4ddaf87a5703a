//! The entries of an array, each still as its text.

use super::raw::Raw;
use super::{NESTING, kind, pass};
use crate::error::{Error, Result};

/// The entries of an array that has at most so many.
pub(crate) fn entries<'a>(raw: Raw<'a>, most: usize, part: &'static str) -> Result<Vec<Raw<'a>>> {
    let text = raw.get();
    if !text.starts_with('[') {
        return Err(Error::malformed(part, format!("must be an array of objects, got {}", kind(text))));
    }
    let mut entries = Vec::new();
    pass(text, part, NESTING, |reader| {
        reader.array(|reader| {
            if entries.len() >= most {
                return Err(reader.fault(format!("more than the {most} that are read")));
            }
            entries.push(reader.raw()?);
            Ok(())
        })
    })?;
    Ok(entries)
}
