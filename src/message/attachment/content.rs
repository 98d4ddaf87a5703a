//! The content of an attachment: its place in `data`, and the check of its hash.
//!
//! Of several of `base64`, `json` and `links`, the content is `base64`, then `json`: only bytes are unambiguous input
//! for hashes and signatures. Links are for the caller to fetch.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::Attachment;
use crate::base64url;
use crate::error::{Claim, Error, Result};
use crate::json::{self, Raw};
use crate::message::object::ObjectText;
use crate::multihash::{self, Multihash};

const BASE64: &str = "attachment.data.base64";
const HASH: &str = "attachment.data.hash";

impl Attachment {
    /// The inlined content: the bytes of `base64`, or else the text of `json` as it arrived.
    pub fn content(&self) -> Result<Cow<'_, [u8]>> {
        if let Some(bytes) = self.bytes()? {
            return Ok(Cow::Owned(bytes));
        }
        self.inlined_json().map(|json| Cow::Borrowed(json.as_bytes()))
    }

    /// The inlined content as JSON text; an error if it is not JSON.
    pub fn json(&self) -> Result<Cow<'_, str>> {
        let Some(bytes) = self.bytes()? else { return self.inlined_json().map(Cow::Borrowed) };
        let text = String::from_utf8(bytes).map_err(|_| Error::malformed(BASE64, "not JSON: not UTF-8"))?;
        json::check(&text, BASE64, json::NESTING)?;
        Ok(Cow::Owned(text))
    }

    /// The URIs of the content, in the sender's order.
    pub fn links(&self) -> Vec<String> {
        let links = self.datum(self.data.links.as_ref());
        links.and_then(|links| serde_json::from_str(links).ok()).unwrap_or_default()
    }

    /// The multihash of the content, as it arrived.
    pub fn hash(&self) -> Option<String> {
        self.datum(self.data.hash.as_ref()).and_then(|hash| string(hash, HASH).ok()).map(Cow::into_owned)
    }

    /// Verifies the hash of the content, which is inlined or was fetched from a link.
    pub fn verify_hash(&self, fetched: Option<&[u8]>) -> Result<()> {
        let hash = self.hash().ok_or_else(|| Error::malformed(HASH, "missing"))?;
        let hash = Multihash::parse(&hash, HASH)?;
        if hash.is_of(&self.known_content(fetched)?)? {
            Ok(())
        } else {
            Err(Error::Untrusted { claim: Claim::ContentHash, kid: None, did: None })
        }
    }

    /// The detached signature, unverified.
    pub(crate) fn jws(&self) -> Option<Raw<'_>> {
        self.datum(self.data.jws.as_ref()).map(Raw::of)
    }

    /// Whether the content is only a JSON value, which has no canonical bytes.
    pub(crate) fn is_json_only(&self) -> bool {
        self.data.base64.is_none() && self.data.json.is_some()
    }

    /// The available content. If both are present, the fetched content must equal the inlined content.
    pub(crate) fn known_content<'a>(&'a self, fetched: Option<&'a [u8]>) -> Result<Cow<'a, [u8]>> {
        let Some(fetched) = fetched else { return self.content() };
        match self.bytes()? {
            Some(inlined) if inlined != fetched => {
                Err(Error::malformed(BASE64, "differs from the fetched content"))
            }
            _ => Ok(Cow::Borrowed(fetched)),
        }
    }

    /// The same attachment with this signature in its `data`.
    pub(crate) fn with_jws(&self, jws: &str) -> Result<Self> {
        let data = json::members(self.data(), "attachment.data")?;
        let others = data.iter().filter(|(name, _)| name != "jws");
        let others: Vec<_> =
            others.map(|(name, raw)| format!("{}:{}", Value::from(name.as_ref()), raw.get())).collect();
        let signed = format!("{{{},\"jws\":{jws}}}", others.join(","));
        let mut text = String::with_capacity(self.length().saturating_add(jws.len()));
        let mut object = ObjectText::begin(&mut text);
        for (name, value) in &self.members {
            object.put(name, if name == "data" { &signed } else { value.as_str() });
        }
        object.end();
        Self::keep_whole(text)
    }

    fn bytes(&self) -> Result<Option<Vec<u8>>> {
        let base64 = self.datum(self.data.base64.as_ref());
        base64.map(|base64| base64url::decode_any(&string(base64, BASE64)?, BASE64)).transpose()
    }

    fn inlined_json(&self) -> Result<&str> {
        self.datum(self.data.json.as_ref()).ok_or_else(|| Error::ContentNotFound { links: self.links() })
    }
}

/// Reads the string of a JSON text, borrowed if it has no escapes.
pub(super) fn string<'a>(json: &'a str, part: &'static str) -> Result<Cow<'a, str>> {
    json::string(Some(Raw::of(json)), part)
}

/// Writes the `data` of inlined bytes.
pub fn inline_data(content: &[u8], hashed: bool) -> String {
    let base64 = base64url::encode(content);
    if hashed {
        json!({"base64": base64, "hash": sha2_256(content)}).to_string()
    } else {
        json!({"base64": base64}).to_string()
    }
}

/// Writes the `data` of linked content.
pub fn link_data(links: &[String], hash: &str) -> String {
    json!({"links": links, "hash": hash}).to_string()
}

/// The SHA-256 multihash of the content in base58btc multibase, `zQm...`.
pub fn sha2_256(content: &[u8]) -> String {
    multihash::sha2_256(content)
}

/// Checks for base64url: a reader of base64url alone may skip other characters, and so decode other bytes.
pub(super) fn check_url_safe(text: &str) -> Result<()> {
    if text.contains(|letter: char| "+/".contains(letter) || letter.is_ascii_whitespace()) {
        return Err(Error::malformed(BASE64, "must be base64url"));
    }
    base64url::decode_any(text, BASE64).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(data: &str) -> Attachment {
        Attachment::parse(&format!(r#"{{"id":"a","data":{data}}}"#)).unwrap()
    }

    // ATT-13, ATT-14
    #[test]
    fn base64_is_written_unpadded_and_read_in_every_variant() {
        assert_eq!(inline_data(b"\xff\xef\xbe", false), r#"{"base64":"_---"}"#);
        assert_eq!(inline_data(b"f", false), r#"{"base64":"Zg"}"#);
        for (text, bytes) in
            [("", &b""[..]), ("Zg", b"f"), ("Zg==", b"f"), ("Zm8=", b"fo"), ("_---", b"\xff\xef\xbe")]
        {
            assert_eq!(*of(&format!(r#"{{"base64":"{text}"}}"#)).content().unwrap(), *bytes);
        }
        assert_eq!(*of(r#"{"base64":"/++-"}"#).content().unwrap(), *b"\xff\xef\xbe");
        for text in ["\\nZm\\r\\n9v\\n", "Zm 9v"] {
            assert_eq!(*of(&format!(r#"{{"base64":"{text}"}}"#)).content().unwrap(), *b"foo");
        }
        for text in ["Z", "Zh", "Z===", "Zg===", "Zg=", "=", "==", "====", "Zm.9v", "Zg=Zg", "é"] {
            let error = of(&format!(r#"{{"base64":"{text}"}}"#)).content().unwrap_err();
            assert_eq!(error, Error::malformed(BASE64, "not base64"), "{text}");
        }
    }

    // ATT-13, ATT-09
    #[test]
    fn tolerated_forms_are_not_written() {
        for data in [r#"{"base64":"_-8="}"#, r#"{"json":1}"#, &link_data(&["x".to_owned()], &sha2_256(b""))] {
            of(data).check_exact().unwrap();
        }
        for data in [r#"{"base64":"+A"}"#, r#"{"base64":"A"}"#, r#"{"json":1,"hash":"abc"}"#] {
            assert!(of(data).check_exact().is_err(), "{data}");
        }
    }

    // ATT-15
    #[test]
    fn base64_takes_precedence_over_json_and_json_over_links() {
        let both = of(r#"{"json":{ "a": 1 },"base64":"WzJd"}"#);
        assert_eq!(*both.content().unwrap(), *b"[2]");
        assert_eq!(both.json().unwrap(), "[2]");
        assert!(!both.is_json_only());
        let json = of(r#"{"json":{ "a": 1 }}"#);
        assert_eq!(*json.content().unwrap(), *br#"{ "a": 1 }"#);
        assert!(json.is_json_only());
        let links = of(r#"{"links":["b","a"],"hash":"x"}"#);
        let expected = Error::ContentNotFound { links: vec!["b".to_owned(), "a".to_owned()] };
        assert_eq!(links.content().unwrap_err(), expected);
        assert_eq!(links.json().unwrap_err(), expected);
    }

    #[test]
    fn json_rejects_bytes_that_are_not_unambiguous_json() {
        for content in [&b"{"[..], b"\xff", br#"{"a":1,"a":2}"#, b""] {
            assert!(of(&inline_data(content, false)).json().is_err());
        }
    }

    // ATT-10
    #[test]
    fn verify_hash_accepts_only_the_hashed_content() {
        let mismatch = Error::Untrusted { claim: Claim::ContentHash, kid: None, did: None };
        let inline = of(&inline_data(b"content", true));
        inline.verify_hash(None).unwrap();
        inline.verify_hash(Some(b"content")).unwrap();
        assert!(matches!(inline.verify_hash(Some(b"Content")), Err(Error::Malformed { part: BASE64, .. })));
        let link = of(&link_data(&["x".to_owned()], &sha2_256(b"content")));
        link.verify_hash(Some(b"content")).unwrap();
        assert_eq!(link.verify_hash(Some(b"Content")).unwrap_err(), mismatch);
        assert!(matches!(link.verify_hash(None), Err(Error::ContentNotFound { .. })));
        let lied = of(&format!(r#"{{"base64":"AA","hash":"{}"}}"#, sha2_256(b"content")));
        assert_eq!(lied.verify_hash(None).unwrap_err(), mismatch);
        assert!(of(r#"{"base64":"AA"}"#).verify_hash(None).is_err());
    }

    #[test]
    fn with_jws_replaces_null_and_preserves_other_members() {
        let attachment =
            Attachment::parse(r#"{"data":{"odd":[ 1 ],"jws":null,"base64":"AA"},"x":{}}"#).unwrap();
        assert!(attachment.jws().is_none());
        let signed = attachment.with_jws("\"a..b\"").unwrap();
        assert_eq!(signed.to_json(), r#"{"data":{"odd":[ 1 ],"base64":"AA","jws":"a..b"},"x":{}}"#);
        assert_eq!(signed.jws().unwrap().get(), "\"a..b\"");
    }
}
