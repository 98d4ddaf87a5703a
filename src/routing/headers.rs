//! Additional headers of forward messages.

use crate::error::{Error, Result};
use crate::json;
use crate::message::Message;

/// The message type of a forward, the only one of the protocol.
pub(super) const TYPE: &str = "https://didcomm.org/routing/2.0/forward";

/// The headers that every forward has, or must not have: `from` would reveal the sender to the mediator.
const OURS: [&str; 8] = ["id", "typ", "type", "from", "to", "from_prior", "body", "attachments"];

/// Additional headers of forward messages, for instance `delay_milli`.
#[derive(Clone, Debug, Default)]
pub struct ForwardHeaders(Vec<(String, String)>);

impl ForwardHeaders {
    /// Parses the JSON text of an object; null omits a default header.
    pub fn parse(text: &str) -> Result<Self> {
        let misuse = |error: Error| Error::misuse(error.to_string());
        let members = json::members(text, "forward headers").map_err(misuse)?;
        if let Some((name, _)) = members.iter().find(|(name, _)| OURS.contains(&name.as_ref())) {
            return Err(Error::misuse(format!("`{name}` cannot be set in the headers of a forward")));
        }
        let delay = members.iter().find(|(name, _)| name == "delay_milli");
        if delay.is_some_and(|(_, raw)| serde_json::from_str::<Option<i64>>(raw.get()).is_err()) {
            return Err(Error::misuse("`delay_milli` must be a whole number of milliseconds"));
        }
        let headers: Vec<_> =
            members.into_iter().map(|(name, raw)| (name.into_owned(), raw.get().to_owned())).collect();
        let mut example = serde_json::Map::new();
        example.insert("id".to_owned(), "1".into());
        example.insert("type".to_owned(), TYPE.into());
        for (name, raw) in &headers {
            example.insert(name.clone(), serde_json::from_str(raw).unwrap_or_default());
        }
        Message::parse(&serde_json::Value::from(example).to_string()).map_err(misuse)?;
        Ok(Self(headers))
    }

    /// The same headers with this `expires_time`, unless they already contain one.
    #[must_use]
    pub fn with_expiry(mut self, time: Option<u64>) -> Self {
        if let Some(time) = time
            && !self.0.iter().any(|(name, _)| name == "expires_time")
        {
            self.0.push(("expires_time".to_owned(), time.to_string()));
        }
        self
    }

    /// The approximate length of their text.
    pub(super) fn length(&self) -> usize {
        let lengths = self.0.iter().map(|(name, raw)| name.len().saturating_add(raw.len()));
        lengths.fold(0, |sum, length| sum.saturating_add(length).saturating_add(4))
    }

    /// The headers to write, each with its JSON text.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        let present = self.0.iter().filter(|(_, raw)| raw != "null");
        present.map(|(name, raw)| (name.as_str(), raw.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // ENC-14, RTE-18
    #[test]
    fn headers_that_every_forward_has_or_must_not_have_are_refused() {
        for text in [
            r#"{"from":"did:example:alice"}"#,
            r#"{"to":["did:example:alice"]}"#,
            r#"{"id":"1"}"#,
            r#"{"type":"x"}"#,
            r#"{"typ":"x"}"#,
            r#"{"body":{}}"#,
            r#"{"attachments":[]}"#,
            r#"{"from_prior":"x"}"#,
            r#"{"delay_milli":"1"}"#,
            r#"{"delay_milli":1.5}"#,
            r#"{"expires_time":"soon"}"#,
            r#"{"a":1,"a":2}"#,
            "[]",
            "{",
        ] {
            assert!(matches!(ForwardHeaders::parse(text), Err(Error::Misuse(_))), "{text}");
        }
        let headers = ForwardHeaders::parse(r#"{"delay_milli":-500,"lang":null,"x":[1]}"#).unwrap();
        let headers = headers.with_expiry(Some(7)).with_expiry(Some(8)).with_expiry(None);
        let written: Vec<_> = headers.entries().map(|(name, raw)| format!("{name}={raw}")).collect();
        assert_eq!(written, ["delay_milli=-500", "x=[1]", "expires_time=7"]);
        let never = ForwardHeaders::parse(r#"{"expires_time":null}"#).unwrap().with_expiry(Some(7));
        assert_eq!(never.entries().count(), 0);
    }
}
