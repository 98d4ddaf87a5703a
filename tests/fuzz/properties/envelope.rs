//! Any text as an envelope.

use serde_json::Value;

use super::honest;

/// A message that is read was really sent, and is the same after its JSON is written anew.
pub(crate) fn holds(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Some(unpacked) = honest::unpack(text) else { return };
    let json: Value = serde_json::from_str(text).unwrap();
    let again = honest::unpack(&json.to_string()).unwrap();
    assert_eq!(again.message(), unpacked.message());
    let pretty = honest::unpack(&format!("{json:#}\n")).unwrap();
    assert_eq!(pretty.message(), unpacked.message());
}
