//! The name of a file that is safe to create in a folder.

/// The longest name that common file systems take, in bytes.
const LONGEST: usize = 255;

/// Names that Windows keeps for devices, with any extension.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The last component of a name that a peer wrote, without letters that a file system refuses.
///
/// None where nothing is left that names a file.
pub(super) fn safe(written: &str) -> Option<String> {
    let last = written.rsplit(['/', '\\', ':']).next()?;
    let name: String = last.chars().map(|letter| if is_refused(letter) { '_' } else { letter }).collect();
    // Windows drops blanks and dots at the end, so the name would be another one there
    let name = name.trim().trim_end_matches(['.', ' ']);
    (!name.is_empty() && name.len() <= LONGEST && !is_device(name)).then(|| name.to_owned())
}

/// Control characters, marks that turn the direction of text, and what Windows refuses.
fn is_refused(letter: char) -> bool {
    let turns = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    letter.is_control() || turns || "<>\"|?*".contains(letter)
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_ascii_lowercase();
    let port = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    DEVICES.contains(&stem.as_str()) || port.is_some_and(|port| port.chars().count() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_component_that_a_file_can_have() {
        for (written, name) in [
            ("offer.json", "offer.json"),
            ("an offer.tar.gz", "an offer.tar.gz"),
            ("Grüße.txt", "Grüße.txt"),
            (".profile", ".profile"),
            ("../../etc/passwd", "passwd"),
            ("/etc/passwd", "passwd"),
            ("C:\\windows\\system.ini", "system.ini"),
            ("C:boot.ini", "boot.ini"),
            ("a/b\\c", "c"),
            ("what?.txt", "what_.txt"),
            ("a\0b\n.txt", "a_b_.txt"),
            ("cod\u{202e}exe.txt", "cod_exe.txt"),
            ("name. . ", "name"),
            ("console", "console"),
        ] {
            assert_eq!(safe(written).as_deref(), Some(name), "{written:?}");
        }
        let long = "x".repeat(LONGEST);
        assert_eq!(safe(&long), Some(long.clone()));
        for written in [
            "",
            ".",
            "..",
            "...",
            " ",
            "a/",
            "..\\..",
            "nul",
            "CON.txt",
            "com1",
            "Lpt9.log",
            &format!("{long}x"),
        ] {
            assert_eq!(safe(written), None, "{written:?}");
        }
    }
}
