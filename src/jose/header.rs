//! The protected header, JSON in base64url; and checks of the unprotected headers.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::json::{self, Datum, Fault, Names, Read, Reader, kind};

/// The known members of one kind of protected header.
pub(super) trait Members<'a>: Default {
    /// Reads the value of a known member; returns whether it is known.
    fn read(&mut self, name: &str, reader: &mut Reader<'a>) -> Read<bool>;

    /// The name of a required member that is missing.
    fn missing_member(&self) -> Option<&'static str>;
}

/// A protected header with borrowed strings; unknown members are ignored, as JOSE requires.
pub(super) struct Header<'a, M> {
    pub(super) members: M,
    /// The names of all members, which are unique.
    pub(super) names: Names<'a>,
    extensions: Extensions<'a>,
}

/// Header parameters that change the meaning of others. None is supported, so each is refused.
const EXTENSIONS: [&str; 3] = ["crit", "zip", "b64"];

/// The extensions in the protected header.
#[derive(Default)]
struct Extensions<'a> {
    crit: Option<serde_json::Value>,
    zip: Option<Datum<'a>>,
    b64: bool,
}

impl<'a> Extensions<'a> {
    /// Reads a member that is an extension or unknown.
    fn read(&mut self, name: &str, reader: &mut Reader<'a>) -> Read {
        match name {
            // present, even with the value null
            "crit" => self.crit = Some(reader.value()?),
            "zip" => self.zip = Some(reader.value()?),
            _ => {
                self.b64 |= name == "b64";
                reader.value::<()>()?;
            }
        }
        Ok(())
    }
}

impl<'a, M: Members<'a>> Header<'a, M> {
    /// Reads the bytes of a protected header.
    pub(super) fn read(bytes: &'a [u8], part: &'static str) -> Result<Self> {
        let text = json::utf8(bytes, part)?;
        if kind(text) != "an object" {
            // its error names the kind of the value
            json::members(text, part)?;
        }
        let mut header =
            Self { members: M::default(), names: Names::default(), extensions: Extensions::default() };
        json::pass(text, part, json::NESTING, |reader| {
            reader.object(|reader, name| {
                if !header.members.read(&name, reader)? {
                    header.extensions.read(&name, reader)?;
                }
                header.names.insert(name);
                Ok(())
            })
        })?;
        match header.members.missing_member() {
            Some(name) => Err(Error::malformed(part, format!("`{name}` is missing"))),
            None => Ok(header),
        }
    }

    pub(super) fn refuse_extensions(&self) -> Result<()> {
        let Extensions { crit, zip, b64 } = &self.extensions;
        if let Some(crit) = crit {
            return Err(Error::unsupported("critical header extension", crit.to_string()));
        }
        if let Some(zip) = zip {
            return Err(Error::unsupported("compression", zip.as_text().unwrap_or("zip")));
        }
        if *b64 { Err(Error::unsupported("payload encoding", "b64")) } else { Ok(()) }
    }
}

/// Refuses parameters that must be integrity protected if present (RFC 7515 4.1.11, RFC 7516 4.1.3, RFC 7797 3).
pub(super) fn refuse_unprotected_extensions(
    members: &[(Cow<'_, str>, Datum<'_>)],
    part: &'static str,
) -> Result<()> {
    match EXTENSIONS.iter().find(|extension| members.iter().any(|(name, _)| name == **extension)) {
        Some(name) => {
            Err(Error::malformed(part, format!("`{name}` is allowed in the protected header only")))
        }
        None => Ok(()),
    }
}

/// Reads a string, or null as `None`.
pub(super) fn optional<'a>(name: &str, reader: &mut Reader<'a>) -> Read<Option<Cow<'a, str>>> {
    match reader.value()? {
        Datum::Null => Ok(None),
        Datum::Text(text) => Ok(Some(text)),
        other => Err(not_text(name, &other, reader)),
    }
}

/// Reads a string.
pub(super) fn text<'a>(name: &str, reader: &mut Reader<'a>) -> Read<Option<Cow<'a, str>>> {
    match reader.value()? {
        Datum::Text(text) => Ok(Some(text)),
        other => Err(not_text(name, &other, reader)),
    }
}

fn not_text(name: &str, value: &Datum<'_>, reader: &Reader<'_>) -> Fault {
    reader.fault(format!("`{name}` must be a string, got {}", value.kind()))
}
