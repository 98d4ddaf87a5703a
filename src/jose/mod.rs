//! The wire formats of JOSE: parsing and writing, without cryptography and without trust.

pub(crate) mod accept;
pub(crate) mod detached;
pub(crate) mod envelope;
pub(crate) mod header;
pub(crate) mod jwe;
pub(crate) mod jws;
pub(crate) mod jwt;
pub(crate) mod wire;
