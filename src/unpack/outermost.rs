//! The outermost layer of a text, which is parsed once for both versions of DIDComm.

use super::options::UnpackOptions;
use super::too_large;
use crate::error::Result;
use crate::jose::accept::Accept;
use crate::jose::envelope::{self, Either, Envelope};
use crate::jose::wire::Wire;
use crate::json::{NESTING, Object};
use crate::limits::Limits;
use crate::memory::check_room;

/// The parsed outermost layer of DIDComm v2.
pub(crate) struct Outermost<'a> {
    pub(super) object: Object<'a>,
    pub(super) envelope: Envelope<'a>,
}

/// The parsed outermost layer of a packed message of either version.
pub(crate) enum Version<'a> {
    V2(Outermost<'a>),
    V1(Wire<'a>),
}

impl<'a> Outermost<'a> {
    /// Parses the outermost layer of a packed message.
    pub(super) fn of_packed(packed: &'a str, options: &UnpackOptions) -> Result<Self> {
        check_length(packed, options)?;
        Self::read(packed, options)
    }

    /// Parses a layer.
    pub(super) fn read(text: &'a str, options: &UnpackOptions) -> Result<Self> {
        let object = object(text, options)?;
        let envelope = Envelope::of(&object.members, accept(options))?;
        Ok(Self { object, envelope })
    }
}

impl<'a> Version<'a> {
    /// Parses a packed message.
    pub(crate) fn read(packed: &'a str, options: &UnpackOptions) -> Result<Self> {
        check_length(packed, options)?;
        let object = object(packed, options)?;
        Ok(match Either::of(&object.members, accept(options))? {
            Either::V2(envelope) => Self::V2(Outermost { object, envelope }),
            Either::V1(wire) => Self::V1(wire),
        })
    }
}

/// Refuses a packed message that is too long.
pub(super) fn check_length(packed: &str, options: &UnpackOptions) -> Result<()> {
    let most = options.limits.bytes;
    if packed.len() > most {
        return Err(too_large(format!("longer than the maximum of {most} bytes")));
    }
    Ok(())
}

/// Parses a JSON object. One that is not an envelope is a plaintext, which has its own limit of nesting.
fn object<'a>(text: &'a str, options: &UnpackOptions) -> Result<Object<'a>> {
    // room for a copy of the text, or of its content
    check_room(text.len())?;
    envelope::object(text, options.limits.nesting.max(NESTING))
}

/// The maximum numbers of entries in an envelope.
pub(super) fn accept(options: &UnpackOptions) -> Accept {
    let Limits { recipients, signatures, .. } = options.limits;
    Accept { recipients, signatures, draft_3: options.accept_veramo }
}
