//! The wire shapes of JOSE. This module reads and writes; it computes nothing and trusts nothing.

pub(crate) mod detached;
pub(crate) mod envelope;
pub(crate) mod header;
pub(crate) mod jwe;
pub(crate) mod jws;
pub(crate) mod jwt;
pub(crate) mod wire;
