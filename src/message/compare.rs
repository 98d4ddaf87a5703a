//! Compare JSON texts by value, independently of member order and white space.

/// Whether two texts have the same value; numbers are equal if their texts are.
///
/// As floats, different large numbers would be equal.
pub(super) fn are_equal(one: &str, other: &str) -> bool {
    one == other
        || matches!((parse_marked(one), parse_marked(other)), (Some(one), Some(other)) if one == other)
}

/// Parses the value with each number as a string of its text, and with a mark that tells strings from numbers.
fn parse_marked(json: &str) -> Option<serde_json::Value> {
    let mut text = String::with_capacity(json.len().saturating_add(json.len() / 4));
    let mut rest = json;
    while let Some(letter) = rest.chars().next() {
        let length = match letter {
            '"' => string_length(rest)?,
            '-' | '0'..='9' => rest.find(|letter| !is_number_letter(letter)).unwrap_or(rest.len()),
            other => other.len_utf8(),
        };
        let (token, after) = rest.split_at_checked(length)?;
        match letter {
            '"' => {
                text.push_str("\"s");
                text.push_str(token.get(1..)?);
            }
            '-' | '0'..='9' => {
                text.push_str("\"n");
                text.push_str(token);
                text.push('"');
            }
            _ => text.push_str(token),
        }
        rest = after;
    }
    serde_json::from_str(&text).ok()
}

fn is_number_letter(letter: char) -> bool {
    letter.is_ascii_digit() || "+-.eE".contains(letter)
}

/// The length of the string at the start of a text, including its quotes.
fn string_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (place, letter) in text.bytes().enumerate().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return place.checked_add(1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_by_their_text_and_members_in_any_order() {
        for (one, other) in [
            (r#"{"a":1,"b":[true,null,"x\"1"]}"#, r#" { "b" : [ true , null , "x\u00221" ] , "a" : 1 } "#),
            ("[18446744073709551617]", "[ 18446744073709551617 ]"),
            (r#"{"é":{"b":-1.5e3}}"#, r#"{"\u00e9":{"b":-1.5e3}}"#),
            ("[]", "[ ]"),
        ] {
            assert!(are_equal(one, other) && are_equal(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("[18446744073709551617]", "[18446744073709551618]"),
            ("[0.12345678901234567890123]", "[0.12345678901234568]"),
            ("[1]", "[1.0]"),
            ("[1]", r#"["1"]"#),
            ("[1]", r#"["n1"]"#),
            (r#"["s"]"#, r#"["ss"]"#),
            (r#"{"1":2}"#, r#"{"n1":2}"#),
            ("[1,2]", "[2,1]"),
            (r#"{"a":1}"#, r#"{"a":1,"b":null}"#),
        ] {
            assert!(!are_equal(one, other) && !are_equal(other, one), "{one} {other}");
        }
    }
}
