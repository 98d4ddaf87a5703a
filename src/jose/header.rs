//! The protected header: JSON inside of base64url, read once; and what may stand in the headers outside of it.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::json::{self, Datum, Fault, Names, Read, Reader, kind};

/// The members of one kind of protected header that mean something here.
pub(super) trait Members<'a>: Default {
    /// Reads the value of a member that is known; says whether it is.
    fn read(&mut self, name: &str, reader: &mut Reader<'a>) -> Read<bool>;

    /// A member that has to be there, and is not.
    fn missing(&self) -> Option<&'static str>;
}

/// A protected header, its strings borrowed; unknown members are passed over, as JOSE wants.
pub(super) struct Header<'a, M> {
    pub(super) members: M,
    /// The names of all members, none of which stands there twice.
    pub(super) names: Names<'a>,
    extensions: Extensions<'a>,
}

/// Header parameters that change what the others mean. None is offered, so each is refused.
const EXTENSIONS: [&str; 3] = ["crit", "zip", "b64"];

/// The extensions that the protected header has.
#[derive(Default)]
struct Extensions<'a> {
    crit: Option<serde_json::Value>,
    zip: Option<Datum<'a>>,
    b64: bool,
}

impl<'a> Extensions<'a> {
    /// Reads a member that has no meaning here, or another one for all of them.
    fn read(&mut self, name: &str, reader: &mut Reader<'a>) -> Read {
        match name {
            // a member that is there, were it null
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
            // it names what stands there
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
        match header.members.missing() {
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

/// Refuses parameters that are integrity protected or not there at all (RFC 7515 4.1.11, RFC 7516 4.1.3, RFC 7797 3).
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

/// Reads a string, or null for none.
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
