//! Ids of messages.

/// A new id: a UUID in lower case, of the octets that `random` fills in.
pub(crate) fn random_id(random: impl FnOnce(&mut [u8])) -> String {
    let mut octets = [0; 16];
    random(&mut octets);
    uuid::Builder::from_random_bytes(octets).into_uuid().to_string()
}
