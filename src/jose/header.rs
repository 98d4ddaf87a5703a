//! The protected header: JSON inside of base64url, read once.

use std::borrow::Cow;
use std::fmt::Formatter;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::message::json::{Text, Unambiguous};
use crate::message::names::Names;

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
    extensions: Extensions,
}

/// Header parameters that change what the others mean. None is offered, so each is refused.
#[derive(Default)]
struct Extensions {
    crit: Option<Value>,
    zip: Option<Value>,
    b64: bool,
}

impl<'a, M: Members<'a>> Header<'a, M> {
    /// Reads the octets of a protected header.
    pub(super) fn read(octets: &'a [u8], part: &'static str) -> Result<Self> {
        serde_json::from_slice(octets).map_err(|error| {
            Error::malformed(part, format!("not the JSON object expected: {}", reason(&error)))
        })
    }

    pub(super) fn refuse_extensions(&self) -> Result<()> {
        let Extensions { crit, zip, b64 } = &self.extensions;
        if let Some(crit) = crit {
            return Err(Error::unsupported("critical header extension", crit.to_string()));
        }
        if let Some(zip) = zip {
            return Err(Error::unsupported("compression", zip.as_str().unwrap_or("zip")));
        }
        if *b64 { Err(Error::unsupported("payload encoding", "b64")) } else { Ok(()) }
    }
}

/// What serde says of a header holds names of members, never their values.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let told = ["missing field", "duplicate field"].iter().any(|known| text.starts_with(known));
    if told { text } else { super::envelope::position(error) }
}

impl<'de, M: Members<'de>> Deserialize<'de> for Header<'de, M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_map(Read(PhantomData))
    }
}

struct Read<M>(PhantomData<M>);

impl<'de, M: Members<'de>> Visitor<'de> for Read<M> {
    type Value = Header<'de, M>;

    fn expecting(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> std::result::Result<Self::Value, A::Error> {
        let mut header =
            Header { members: M::default(), names: Names::default(), extensions: Extensions::default() };
        while let Some(Text(name)) = entries.next_key()? {
            if !header.members.read(&name, &mut entries)? {
                match name.as_ref() {
                    // a member that is there, were it null
                    "crit" => header.extensions.crit = Some(entries.next_value()?),
                    "zip" => header.extensions.zip = Some(entries.next_value()?),
                    _ => {
                        header.extensions.b64 |= name == "b64";
                        entries.next_value_seed(Unambiguous::default())?;
                    }
                }
            }
            if !header.names.insert(name) {
                return Err(A::Error::custom("duplicate field"));
            }
        }
        match header.members.missing() {
            Some(name) => Err(A::Error::missing_field(name)),
            None => Ok(header),
        }
    }
}

/// Reads a string, or null for none.
pub(super) fn optional<'a, A: MapAccess<'a>>(
    values: &mut A,
) -> std::result::Result<Option<Cow<'a, str>>, A::Error> {
    Ok(values.next_value::<Option<Text<'a>>>()?.map(|Text(text)| text))
}

/// Reads a string.
pub(super) fn text<'a, A: MapAccess<'a>>(
    values: &mut A,
) -> std::result::Result<Option<Cow<'a, str>>, A::Error> {
    let Text(text) = values.next_value()?;
    Ok(Some(text))
}
