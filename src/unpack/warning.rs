//! What is odd about a message and no reason to refuse it.

/// What is odd about a message and no reason to refuse it.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Warning {
    /// `from` is there, and nothing proves it.
    UnprovedFrom,
    /// `type` is no Message Type URI.
    Type,
    /// `id` is longer than anybody else may read.
    LongId,
    /// `to` does not name the DID whose key opened the message.
    NotToRecipient,
    /// The message is signed, not encrypted, and has no `to`.
    MissingTo,
    /// `to` of a message in the open names none of our DIDs.
    NotToUs,
    /// `expires_time` has come.
    Expired,
    /// `apv` is missing, so nothing binds the list of recipients.
    UnboundRecipients,
    /// A part was read as absent because its form is not the specification's.
    FormFault,
    /// authcrypt(sign(plaintext)).
    AuthcryptSigned,
    /// anoncrypt(authcrypt(sign(plaintext))).
    AnoncryptAuthcryptSigned,
}

/// All warnings.
const ALL: [Warning; 11] = [
    Warning::UnprovedFrom,
    Warning::Type,
    Warning::LongId,
    Warning::NotToRecipient,
    Warning::MissingTo,
    Warning::NotToUs,
    Warning::Expired,
    Warning::UnboundRecipients,
    Warning::FormFault,
    Warning::AuthcryptSigned,
    Warning::AnoncryptAuthcryptSigned,
];

impl Warning {
    /// The warning of that code.
    pub fn of_code(code: &str) -> Option<Self> {
        ALL.into_iter().find(|warning| warning.code() == code)
    }

    /// The stable name for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::UnprovedFrom => "unproved_from",
            Self::Type => "type",
            Self::LongId => "long_id",
            Self::NotToRecipient => "not_to_recipient",
            Self::MissingTo => "missing_to",
            Self::NotToUs => "not_to_us",
            Self::Expired => "expired",
            Self::UnboundRecipients => "unbound_recipients",
            Self::FormFault => "form_fault",
            Self::AuthcryptSigned => "authcrypt_signed",
            Self::AnoncryptAuthcryptSigned => "anoncrypt_authcrypt_signed",
        }
    }

    /// The member of the message or envelope that it is about; none for the message as a whole.
    pub fn part(self) -> Option<&'static str> {
        match self {
            Self::UnprovedFrom => Some("from"),
            Self::Type => Some("type"),
            Self::LongId => Some("id"),
            Self::NotToRecipient | Self::MissingTo | Self::NotToUs => Some("to"),
            Self::Expired => Some("expires_time"),
            Self::UnboundRecipients => Some("apv"),
            Self::FormFault | Self::AuthcryptSigned | Self::AnoncryptAuthcryptSigned => None,
        }
    }

    /// The warning in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnprovedFrom => {
                "`from` is not proved: neither authcrypt nor a signature authenticates the sender"
            }
            Self::Type => "type is no Message Type URI",
            Self::LongId => "id is longer than 64 bytes",
            Self::NotToRecipient => "to does not name the DID that the message was encrypted to",
            Self::MissingTo => "the message is signed and has no `to`: it may be meant for another recipient",
            Self::NotToUs => "to names none of our DIDs",
            Self::Expired => "expires_time has come",
            Self::UnboundRecipients => "apv is missing, so the list of recipients may have been changed",
            Self::FormFault => {
                "a part has another form than the specification's and reads as absent: see `form_faults`"
            }
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
        let mut words: Vec<_> = ALL.map(Warning::as_str).into();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), ALL.len());
        assert!(ALL.iter().all(|warning| Warning::of_code(warning.code()) == Some(*warning)));
        assert!(words.iter().all(|words| words.contains(' ')));
    }
}
