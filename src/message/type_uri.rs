//! Message Type URIs: `doc-uri protocol-name/version/message-type-name`.

/// The parts of a message type.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TypeUri<'a> {
    /// The URI of the protocol's documentation, with its last delimiter.
    pub doc_uri: &'a str,
    /// The protocol's name.
    pub protocol: &'a str,
    /// The protocol's version, `major.minor`.
    pub version: &'a str,
    /// The message's name.
    pub name: &'a str,
}

impl<'a> TypeUri<'a> {
    /// Parses a message type; `None` if it is not a Message Type URI.
    ///
    /// Accepts what the specification's regular expression matches, in upper and lower case.
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

/// The documentation URIs of the community's protocols: the current one, and that of early Aries (Aries RFC 0348).
const COMMUNITY: [&str; 2] = ["https://didcomm.org/", "did:sov:BzCbsNYhMrjHiqZDTUASHg;spec/"];

/// Whether two message types denote the same message of the same protocol, in any minor version.
///
/// Names are compared without case and punctuation, versions by their major number (DIDComm v2.1, "Message
/// Type URI" and "Semver Rules"). Two parties whose minor versions differ use the features of the lower one.
pub fn same_message_type(one: &str, other: &str) -> bool {
    one == other
        || match (TypeUri::parse(one), TypeUri::parse(other)) {
            (Some(one), Some(other)) => one.is_compatible(&other),
            _ => false,
        }
}

impl TypeUri<'_> {
    fn is_compatible(&self, other: &TypeUri<'_>) -> bool {
        let one_place = |doc_uri: &str| COMMUNITY.contains(&doc_uri);
        let same_place =
            self.doc_uri == other.doc_uri || (one_place(self.doc_uri) && one_place(other.doc_uri));
        same_place
            && names_match(self.protocol, other.protocol)
            && names_match(self.name, other.name)
            && self.major().is_some_and(|major| Some(major) == other.major())
    }

    /// The major version; `None` if a part of the version is not a number.
    fn major(&self) -> Option<u64> {
        let mut numbers = self.version.split('.').map(number);
        let major = numbers.next()??;
        numbers.all(|part| part.is_some()).then_some(major)
    }
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn names_match(one: &str, other: &str) -> bool {
    letters(one).eq(letters(other))
}

fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase())
}

fn is_name_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "._-".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    // PRO-05, PRO-06
    #[test]
    fn same_message_type_ignores_minor_version_case_and_punctuation() {
        let known = "https://didcomm.org/out-of-band/2.0/invitation";
        for other in [
            known,
            "https://didcomm.org/out-of-band/2.1/invitation",
            "https://didcomm.org/out-of-band/2.10/invitation",
            "https://didcomm.org/out-of-band/2.0.1/invitation",
            "https://didcomm.org/OutOfBand/2.0/Invitation",
            "https://didcomm.org/out_of.band/2.0/in-vitation",
            "did:sov:BzCbsNYhMrjHiqZDTUASHg;spec/out-of-band/2.0/invitation",
        ] {
            assert!(same_message_type(known, other) && same_message_type(other, known), "{other}");
        }
        for other in [
            "",
            "https://didcomm.org/out-of-band/1.1/invitation",
            "https://didcomm.org/out-of-band/3.0/invitation",
            "https://didcomm.org/out-of-band/20.0/invitation",
            "https://didcomm.org/out-of-band/2.x/invitation",
            "https://didcomm.org/out-of-band/2./invitation",
            "https://didcomm.org/out-of-band/+2.0/invitation",
            "https://didcomm.org/out-of-band/2.0/invitations",
            "https://didcomm.org/outofbands/2.0/invitation",
            "https://DIDComm.org/out-of-band/2.0/invitation",
            "https://example.org/out-of-band/2.0/invitation",
            "http://didcomm.org/out-of-band/2.0/invitation",
            "did:sov:another;spec/out-of-band/2.0/invitation",
        ] {
            assert!(!same_message_type(known, other) && !same_message_type(other, known), "{other}");
        }
        assert!(same_message_type("no type", "no type"));
    }

    // MSG-04
    #[test]
    fn type_uris_of_the_specification_parse_into_their_parts() {
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
