//! What is odd about a message and no reason to refuse it.

/// What is odd about a message and no reason to refuse it.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Warning {
    /// `type` is no Message Type URI.
    Type,
    /// `id` is longer than anybody else may read.
    LongId,
    /// `to` does not name the DID whose key opened the message.
    NotToRecipient,
    /// `to` of a message in the open names none of our DIDs.
    NotToUs,
    /// `expires_time` has come.
    Expired,
    /// `apv` is missing, so nothing binds the list of recipients.
    UnboundRecipients,
    /// authcrypt(sign(plaintext)).
    AuthcryptSigned,
    /// anoncrypt(authcrypt(sign(plaintext))).
    AnoncryptAuthcryptSigned,
}

impl Warning {
    /// The warning in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Type => "type is no Message Type URI",
            Self::LongId => "id is longer than 64 octets",
            Self::NotToRecipient => "to does not name the DID that the message was encrypted to",
            Self::NotToUs => "to names none of our DIDs",
            Self::Expired => "expires_time has come",
            Self::UnboundRecipients => "apv is missing, so the list of recipients may have been changed",
            Self::AuthcryptSigned => "authcrypt around a signature, which the specification advises against",
            Self::AnoncryptAuthcryptSigned => {
                "anoncrypt around authcrypt around a signature, which the specification forbids to send"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_warning_has_words_of_its_own() {
        let mut words: Vec<_> = [
            Warning::Type,
            Warning::LongId,
            Warning::NotToRecipient,
            Warning::NotToUs,
            Warning::Expired,
            Warning::UnboundRecipients,
            Warning::AuthcryptSigned,
            Warning::AnoncryptAuthcryptSigned,
        ]
        .map(Warning::as_str)
        .into();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), 8);
        assert!(words.iter().all(|words| words.contains(' ')));
    }
}
