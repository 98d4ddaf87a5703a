//! The protected header: JSON inside of base64url, read once; and what may stand in the headers outside of it.

use std::borrow::Cow;
use std::fmt::Formatter;

use serde::de::{Deserializer, Error as _, MapAccess, Visitor};

use crate::error::{Error, Result};
use crate::json::{self, Datum, Names, Text, kind};

/// The members of one kind of protected header that mean something here.
pub(super) trait Members<'a>: Default {
    /// Reads the value of a member that is known; says whether it is.
    fn read<A: MapAccess<'a>>(&mut self, name: &str, values: &mut A) -> std::result::Result<bool, A::Error>;

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

impl<'a, M: Members<'a>> Header<'a, M> {
    /// Reads the bytes of a protected header.
    pub(super) fn read(bytes: &'a [u8], part: &'static str) -> Result<Self> {
        let text = json::utf8(bytes, part)?;
        let malformed = |reason| Error::malformed(part, reason);
        if kind(text) != "an object" {
            // a text that is no JSON at all is named as such
            json::members(text, part)?;
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        let header = reader
            .deserialize_map(Read(std::marker::PhantomData::<M>))
            .and_then(|header| reader.end().map(|()| header))
            .map_err(|error| malformed(json::reason(&error, text)))?;
        match header.members.missing() {
            Some(name) => Err(malformed(format!("`{name}` is missing"))),
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

struct Read<M>(std::marker::PhantomData<M>);

impl<'de, M: Members<'de>> Visitor<'de> for Read<M> {
    type Value = Header<'de, M>;

    fn expecting(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> std::result::Result<Self::Value, A::Error> {
        let mut header =
            Header { members: M::default(), names: Names::default(), extensions: Extensions::default() };
        while let Some(Text(name)) = entries.next_key()? {
            if !header.members.read(&name, &mut entries)? {
                match name.as_ref() {
                    // a member that is there, were it null
                    "crit" => {
                        let crit = json::Strict::new(json::NESTING);
                        header.extensions.crit = Some(entries.next_value_seed(crit)?);
                    }
                    "zip" => header.extensions.zip = Some(entries.next_value()?),
                    _ => {
                        header.extensions.b64 |= name == "b64";
                        entries.next_value_seed(json::Strict::<()>::new(json::NESTING))?;
                    }
                }
            }
            if !header.names.insert(name) {
                return Err(A::Error::custom(json::TWICE));
            }
        }
        Ok(header)
    }
}

/// Reads a string, or null for none.
pub(super) fn optional<'a, A: MapAccess<'a>>(
    name: &str,
    values: &mut A,
) -> std::result::Result<Option<Cow<'a, str>>, A::Error> {
    match values.next_value()? {
        Datum::Null => Ok(None),
        Datum::Text(text) => Ok(Some(text)),
        other => Err(not_text(name, &other)),
    }
}

/// Reads a string.
pub(super) fn text<'a, A: MapAccess<'a>>(
    name: &str,
    values: &mut A,
) -> std::result::Result<Option<Cow<'a, str>>, A::Error> {
    match values.next_value()? {
        Datum::Text(text) => Ok(Some(text)),
        other => Err(not_text(name, &other)),
    }
}

fn not_text<E: serde::de::Error>(name: &str, value: &Datum<'_>) -> E {
    E::custom(format_args!("`{name}` must be a string, got {}", value.kind()))
}
