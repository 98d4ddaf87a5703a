//! Message ids.

/// Creates an id: a UUID in lower case, from the bytes of `random`.
pub(crate) fn random_id(random: impl FnOnce(&mut [u8])) -> String {
    let mut bytes = [0; 16];
    random(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}
