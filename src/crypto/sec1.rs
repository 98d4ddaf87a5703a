//! Point encodings of SEC 1.

/// The first byte of a point in the compressed form (SEC 1, 2.3.3): that of an even y, and that of an odd one.
pub(super) const COMPRESSED: [u8; 2] = [2, 3];

/// The first byte of a point in the uncompressed form.
pub(super) const UNCOMPRESSED: u8 = 4;
