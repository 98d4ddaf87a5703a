//! Message Type URIs: `doc-uri protocol-name/version/message-type-name`.

/// A message type, taken apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TypeUri<'a> {
    /// Where the protocol is documented, with its last delimiter.
    pub doc_uri: &'a str,
    /// The protocol's name.
    pub protocol: &'a str,
    /// The protocol's version, `major.minor`.
    pub version: &'a str,
    /// The message's name.
    pub name: &'a str,
}

impl<'a> TypeUri<'a> {
    /// Takes a message type apart; none where it is no Message Type URI.
    ///
    /// Reads what the specification's regular expression matches, in either case (spec-gaps 56).
    pub fn parse(text: &'a str) -> Option<Self> {
        let (rest, name) = text.rsplit_once('/')?;
        let (rest, version) = rest.rsplit_once('/')?;
        let start = rest.rfind(|letter: char| !is_name_letter(letter)).map_or(0, |place| {
            place.saturating_add(
                rest.get(place..).and_then(|tail| tail.chars().next()).map_or(1, char::len_utf8),
            )
        });
        let (doc_uri, protocol) = rest.split_at_checked(start)?;
        let named = !name.is_empty() && name.chars().all(is_name_letter) && !protocol.is_empty();
        let versioned = version.starts_with(|letter: char| letter.is_ascii_digit());
        (named && versioned).then_some(Self { doc_uri, protocol, version, name })
    }
}

fn is_name_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "._-".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    // MSG-04
    #[test]
    fn the_examples_of_the_specification_are_taken_apart() {
        for (text, doc_uri) in [
            ("https://didcomm.org/lets_do_lunch/1.0/proposal", "https://didcomm.org/"),
            (
                "https://example.com/protocols?which=lets_do_lunch/1.0/proposal",
                "https://example.com/protocols?which=",
            ),
            ("did:example:1234567890;spec/lets_do_lunch/1.0/proposal", "did:example:1234567890;spec/"),
        ] {
            let expected = TypeUri { doc_uri, protocol: "lets_do_lunch", version: "1.0", name: "proposal" };
            assert_eq!(TypeUri::parse(text), Some(expected));
        }
        for text in ["", "hello", "https://didcomm.org/trust-ping/2.0", "my-protocol/1.0", "a//b", "é/1/b"] {
            assert_eq!(TypeUri::parse(text), None, "{text}");
        }
    }
}
