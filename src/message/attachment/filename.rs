//! Sanitize the file names of attachments.

/// Maximum length of a file name on common file systems, in bytes.
const LONGEST: usize = 255;

/// Names that Windows reserves for devices, with any extension.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Sanitizes a peer's file name: its last component, without characters that a file system refuses.
///
/// `None` if no usable name remains.
pub(super) fn sanitize(written: &str) -> Option<String> {
    let last = written.rsplit(['/', '\\', ':']).next()?;
    let name: String = last.chars().map(|letter| if is_refused(letter) { '_' } else { letter }).collect();
    // Windows strips trailing blanks and dots, so the name would be another one there
    let name = name.trim().trim_end_matches(['.', ' ']);
    (!name.is_empty() && name.len() <= LONGEST && !is_device(name)).then(|| name.to_owned())
}

/// Control characters, marks of text direction, and characters that Windows refuses.
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
    fn sanitize_returns_one_safe_component_or_none() {
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
            assert_eq!(sanitize(written).as_deref(), Some(name), "{written:?}");
        }
        let long = "x".repeat(LONGEST);
        assert_eq!(sanitize(&long), Some(long.clone()));
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
            assert_eq!(sanitize(written), None, "{written:?}");
        }
    }
}
