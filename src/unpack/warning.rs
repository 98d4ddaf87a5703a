//! Warnings: anomalies that are not a reason to refuse a message.

/// An anomaly that is not a reason to refuse the message.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Warning {
    /// `from` is present and not proved.
    UnprovedFrom,
    /// `type` is not a Message Type URI.
    Type,
    /// `id` is longer than other implementations may accept.
    LongId,
    /// `to` does not contain the DID whose key opened the message.
    NotToRecipient,
    /// The message is signed, not encrypted, and has no `to`.
    MissingTo,
    /// `to` of a message without encryption contains none of our DIDs.
    NotToUs,
    /// `expires_time` has passed.
    Expired,
    /// `apv` is missing, so the list of recipients is not authenticated.
    UnboundRecipients,
    /// The authcrypt layer is by draft 3 of ECDH-1PU.
    AuthcryptDraft3,
    /// A part of an invalid form was read as absent.
    FormFault,
    /// authcrypt(sign(plaintext)).
    AuthcryptSigned,
    /// anoncrypt(authcrypt(sign(plaintext))).
    AnoncryptAuthcryptSigned,
}

/// All warnings.
const ALL: [Warning; 12] = [
    Warning::UnprovedFrom,
    Warning::Type,
    Warning::LongId,
    Warning::NotToRecipient,
    Warning::MissingTo,
    Warning::NotToUs,
    Warning::Expired,
    Warning::UnboundRecipients,
    Warning::AuthcryptDraft3,
    Warning::FormFault,
    Warning::AuthcryptSigned,
    Warning::AnoncryptAuthcryptSigned,
];

impl Warning {
    /// The warning with this code.
    pub fn of_code(code: &str) -> Option<Self> {
        ALL.into_iter().find(|warning| warning.code() == code)
    }

    /// The warning's stable name for programs.
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
            Self::AuthcryptDraft3 => "authcrypt_draft_3",
            Self::FormFault => "form_fault",
            Self::AuthcryptSigned => "authcrypt_signed",
            Self::AnoncryptAuthcryptSigned => "anoncrypt_authcrypt_signed",
        }
    }

    /// The affected member of the message or envelope; `None` for the message as a whole.
    pub fn part(self) -> Option<&'static str> {
        match self {
            Self::UnprovedFrom => Some("from"),
            Self::Type => Some("type"),
            Self::LongId => Some("id"),
            Self::NotToRecipient | Self::MissingTo | Self::NotToUs => Some("to"),
            Self::Expired => Some("expires_time"),
            Self::UnboundRecipients => Some("apv"),
            Self::AuthcryptDraft3 => Some("alg"),
            Self::FormFault | Self::AuthcryptSigned | Self::AnoncryptAuthcryptSigned => None,
        }
    }

    /// The text of the warning.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnprovedFrom => {
                "`from` is not proved: neither authcrypt nor a signature authenticates the sender"
            }
            Self::Type => "`type` is not a Message Type URI",
            Self::LongId => "`id` is longer than 64 bytes",
            Self::NotToRecipient => "`to` does not contain the DID that the message was encrypted to",
            Self::MissingTo => "the message is signed and has no `to`: it may be meant for another recipient",
            Self::NotToUs => "`to` contains none of our DIDs",
            Self::Expired => "`expires_time` has passed",
            Self::UnboundRecipients => "`apv` is missing, so the list of recipients may have been changed",
            Self::AuthcryptDraft3 => {
                "authcrypt by draft 3 of ECDH-1PU: another recipient of a message from this sender may have forged it"
            }
            Self::FormFault => "a part has an invalid form and reads as absent: see `form_faults`",
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
    fn every_warning_has_its_own_text() {
        let mut words: Vec<_> = ALL.map(Warning::as_str).into();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), ALL.len());
        assert!(ALL.iter().all(|warning| Warning::of_code(warning.code()) == Some(*warning)));
        assert!(words.iter().all(|words| words.contains(' ')));
    }
}
