//! Ids of messages.

/// A new id: a UUID in lower case, of the bytes that `random` fills in.
pub(crate) fn random_id(random: impl FnOnce(&mut [u8])) -> String {
    let mut bytes = [0; 16];
    random(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}
