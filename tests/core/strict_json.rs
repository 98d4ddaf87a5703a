//! The strict reader on texts that are almost JSON, compared with other readers.

use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::properties::any_json;
use crate::properties_of_any_bytes::ALL;

/// Parts of JSON, and near misses, to change a text with.
const PARTS: [&str; 40] = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\\",
    "\"a\":",
    "\"\\u0061\":",
    "{\"a\":1,\"a\":2}",
    "\\u",
    "\\ud83d",
    "\\ude00",
    "\\ud83d\\ude00",
    "\\u00E9",
    "\\n",
    "\\x",
    "\u{1}",
    "\u{1f}",
    "\u{7f}",
    "é",
    "\u{1f600}",
    "\u{feff}",
    "0",
    "1",
    "-",
    "+",
    ".",
    "e",
    "E+9",
    "1e308",
    "9e999",
    "1e-999",
    "true",
    "nul",
    "null",
    "NaN",
    " ",
    "\n",
];

/// A value and repeated names in an object, with nesting, numbers of members and lengths of strings around the limits
/// where the reader changes its method.
fn any_text() -> impl Strategy<Value = String> {
    let lengths = prop_oneof![Just(0_usize), 0..64_usize, 4080..4112_usize, 8180..8200_usize];
    (any_json(), lengths, prop_oneof![Just(0_usize), 94..102_usize], 0..40_usize).prop_map(
        |(value, length, levels, names)| {
            let mut members = String::new();
            for number in 0..names {
                let _ = write!(members, "\"name {number}\":{number},");
            }
            let [open, close] = ["[", "]"].map(|bracket| bracket.repeat(levels));
            format!("{{\"{}\":{value},{members}\"x\":{open}{close}}}", "x".repeat(length))
        },
    )
}

fn changed(mut text: String, changes: &[(Index, Option<&str>)]) -> String {
    for (place, part) in changes {
        let places: Vec<_> = text.char_indices().map(|(place, _)| place).collect();
        if places.is_empty() {
            break;
        }
        let place = *place.get(&places);
        match part {
            Some(part) => text.insert_str(place, part),
            None => drop(text.remove(place)),
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    // REQ-01, MSG-31
    #[test]
    fn the_strict_reader_accepts_json_that_others_read_the_same(
        text in any_text(),
        changes in prop::collection::vec((any::<Index>(), prop::option::of(select(PARTS.to_vec()))), 0..4),
    ) {
        let (_, holds) = ALL.into_iter().find(|(name, _)| *name == "strict_json").unwrap();
        holds(changed(text, &changes).as_bytes());
    }

    #[test]
    fn parts_of_json_in_any_order_are_read_as_others_read_them(parts in prop::collection::vec(select(PARTS.to_vec()), 0..6)) {
        let (_, holds) = ALL.into_iter().find(|(name, _)| *name == "strict_json").unwrap();
        holds(parts.concat().as_bytes());
        holds(format!("\"{}\"", parts.concat()).as_bytes());
        holds(format!("[{}]", parts.join(",")).as_bytes());
    }
}
