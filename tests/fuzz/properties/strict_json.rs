//! Any text as JSON, against the reader that is not strict.

use serde_json::Value;

/// What the strict reader takes, `serde_json` takes with the same value; and what is written anew is taken again.
pub(crate) fn holds(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(strict) = pydidcomm::json::value(text, "text") else { return };
    let plain: Value = serde_json::from_str(text).unwrap();
    assert_eq!(strict, plain);
    let written = strict.to_string();
    assert_eq!(pydidcomm::json::value(&written, "text").unwrap(), strict);
}
