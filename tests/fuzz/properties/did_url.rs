//! Any text as a DID URL.

use pydidcomm::did::DidUrl;

/// A parsed DID URL prints as its text, and its DID is a valid DID.
pub(crate) fn holds(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(url) = DidUrl::parse(text) else { return };
    assert_eq!(url.to_string(), text);
    assert_eq!(url.as_str(), text);
    let did = DidUrl::parse(url.did()).unwrap();
    assert_eq!(did.did(), url.did());
    assert_eq!(did.as_str(), url.did());
    assert_eq!(did.fragment(), None);
    let rest = text.strip_prefix(url.did()).unwrap();
    assert!(rest.is_empty() || rest.starts_with(['/', '?', '#']));
    match url.fragment() {
        Some(fragment) => assert!(rest.ends_with(&format!("#{fragment}"))),
        None => assert!(!rest.contains('#')),
    }
    let is_kid = url.fragment().is_some_and(|fragment| !fragment.is_empty());
    assert_eq!(DidUrl::parse_kid(text, "kid").is_ok(), is_kid);
}
