//! The unparsed entries of an array.

use super::raw::Raw;
use super::{NESTING, kind, pass};
use crate::error::{Error, Result};

/// Reads the entries of an array with at most so many.
pub(crate) fn entries<'a>(raw: Raw<'a>, most: usize, part: &'static str) -> Result<Vec<Raw<'a>>> {
    let text = raw.get();
    if !text.starts_with('[') {
        return Err(Error::malformed(part, format!("must be an array of objects, got {}", kind(text))));
    }
    let mut entries = Vec::new();
    pass(text, part, NESTING, |reader| {
        reader.array(|reader| {
            if entries.len() >= most {
                return Err(reader.fault(format!("must have at most {most} entries")));
            }
            entries.push(reader.raw()?);
            Ok(())
        })
    })?;
    Ok(entries)
}
