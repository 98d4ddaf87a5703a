//! Options of the reader of envelopes.

/// Maximum numbers of entries, and an older form of authcrypt.
#[derive(Clone, Copy)]
pub(crate) struct Accept {
    pub(crate) recipients: usize,
    pub(crate) signatures: usize,
    /// Whether to accept authcrypt by draft 3 of ECDH-1PU, without `apu` and `apv`, as Veramo writes it.
    pub(crate) draft_3: bool,
}
