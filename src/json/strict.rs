//! The one visitor that every strict reading goes through, whatever it keeps of the value.

use std::borrow::Cow;
use std::fmt::Formatter;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::names::Names;

/// Why an object is refused that has a name twice.
pub(crate) const TWICE: &str = "a name twice in one object";

/// What a reading keeps of a JSON value.
pub(crate) trait Output<'de>: Sized {
    /// What is kept of the entries of an array.
    type Entries: Default;
    /// What is kept of the members of an object.
    type Members: Default;

    fn null() -> Self;
    fn boolean(value: bool) -> Self;
    fn number(value: Number) -> Self;
    fn text(value: Cow<'de, str>) -> Self;

    /// A string with escapes, which stands in a buffer of the parser.
    fn unescaped(value: &str) -> Self {
        Self::text(Cow::Owned(value.to_owned()))
    }

    fn entry(entries: &mut Self::Entries, value: Self);
    fn array(entries: Self::Entries) -> Self;
    fn member(members: &mut Self::Members, name: Cow<'de, str>, value: Self);
    fn object(members: Self::Members) -> Self;
}

/// Reads a value, refuses what is ambiguous in it, and keeps what `T` keeps.
pub(crate) struct Strict<T> {
    /// How many levels more may be entered.
    deeper: usize,
    kept: PhantomData<T>,
}

impl<T> Strict<T> {
    pub(crate) fn new(nesting: usize) -> Self {
        Self { deeper: nesting, kept: PhantomData }
    }

    fn inside<E: serde::de::Error>(&self) -> Result<usize, E> {
        self.deeper.checked_sub(1).ok_or_else(|| E::custom("nested too deeply"))
    }
}

impl<'de, T: Output<'de>> DeserializeSeed<'de> for Strict<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Output<'de>> Visitor<'de> for Strict<T> {
    type Value = T;

    fn expecting(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::null())
    }

    fn visit_bool<E>(self, value: bool) -> Result<T, E> {
        Ok(T::boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<T, E> {
        Ok(T::number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<T, E> {
        Ok(T::number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<T, E> {
        Number::from_f64(value).map(T::number).ok_or_else(|| E::custom("a number that is not finite"))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<T, E> {
        Ok(T::text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<T, E> {
        Ok(T::unescaped(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<T, A::Error> {
        let deeper = self.inside()?;
        let mut entries = T::Entries::default();
        while let Some(value) = values.next_element_seed(Self { deeper, kept: PhantomData })? {
            T::entry(&mut entries, value);
        }
        Ok(T::array(entries))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut values: A) -> Result<T, A::Error> {
        let deeper = self.inside()?;
        let mut names = Names::default();
        let mut members = T::Members::default();
        while let Some(Text(name)) = values.next_key()? {
            if !names.insert(name.clone()) {
                return Err(A::Error::custom(TWICE));
            }
            let value = values.next_value_seed(Self { deeper, kept: PhantomData })?;
            T::member(&mut members, name, value);
        }
        Ok(T::object(members))
    }
}

/// A string, borrowed where it has no escapes.
#[derive(Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// Nothing is kept: the value is only checked.
impl<'de> Output<'de> for () {
    type Entries = ();
    type Members = ();

    fn null() -> Self {}
    fn boolean(_: bool) -> Self {}
    fn number(_: Number) -> Self {}
    fn text(_: Cow<'de, str>) -> Self {}
    fn unescaped(_: &str) -> Self {}
    fn entry((): &mut Self::Entries, (): Self) {}
    fn array((): Self::Entries) -> Self {}
    fn member((): &mut Self::Members, _: Cow<'de, str>, (): Self) {}
    fn object((): Self::Members) -> Self {}
}

impl<'de> Output<'de> for Value {
    type Entries = Vec<Self>;
    type Members = Map<String, Self>;

    fn null() -> Self {
        Self::Null
    }

    fn boolean(value: bool) -> Self {
        Self::Bool(value)
    }

    fn number(value: Number) -> Self {
        Self::Number(value)
    }

    fn text(value: Cow<'de, str>) -> Self {
        Self::String(value.into_owned())
    }

    fn entry(entries: &mut Self::Entries, value: Self) {
        entries.push(value);
    }

    fn array(entries: Self::Entries) -> Self {
        Self::Array(entries)
    }

    fn member(members: &mut Self::Members, name: Cow<'de, str>, value: Self) {
        members.insert(name.into_owned(), value);
    }

    fn object(members: Self::Members) -> Self {
        Self::Object(members)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{NESTING, check, value};
    use super::*;

    const AMBIGUOUS: [&str; 10] = [
        "",
        "{",
        "{} {}",
        r#"{"a":1,"a":2}"#,
        r#"{"a":{"b":1,"\u0062":2}}"#,
        r#""\ud800""#,
        "1e999",
        "NaN",
        "[1,]",
        "\u{feff}{}",
    ];

    #[test]
    fn ambiguous_json_is_refused() {
        for text in AMBIGUOUS {
            assert!(check(text, "x", NESTING).is_err(), "{text}");
            assert!(value(text, "x").is_err(), "{text}");
        }
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(check(&deep, "x", NESTING).is_err());
        let text = r#"{"a":[1,-1,1.5,18446744073709551616,null,true,"\u00e9"],"b":{"a":{}}}"#;
        check(text, "x", NESTING).unwrap();
        assert_eq!(value(text, "x").unwrap(), serde_json::from_str::<Value>(text).unwrap());
    }

    // MSG-31
    #[test]
    fn levels_are_counted_exactly() {
        for (text, levels) in [("1", 0), ("[]", 1), (r#"{"a":[1,{"b":{}}]}"#, 4), (r#"[[],{"a":1},[2]]"#, 2)]
        {
            check(text, "x", levels).unwrap();
            assert!(levels == 0 || check(text, "x", levels - 1).is_err(), "{text}");
        }
    }
}
