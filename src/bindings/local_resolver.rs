//! `LocalResolver`.

use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::did_document::PyDocument;
use super::errors::misuse;
use super::json::TextIn;
use crate::did::DidUrl;
use crate::did::local::LocalResolver;
use crate::did::peer::KeyNaming;

/// Resolves the DIDs that carry their own document, did:key, did:jwk and did:peer, without a network.
///
/// `key_naming` is how the keys of a did:peer:2 are named: "numbered" (`#key-1`) as today, or "multibase"
/// (`#6LS...`) as libraries of 2021 and 2022 expect. Documents are remembered in a bounded cache.
///
/// Some DIDs are only a hash: the short form of a did:peer:4, a did:peer:3, a did:peer:1. They resolve when
/// what they are the hash of was remembered (`remember`, `remember_genesis`), the first two also when the
/// long form was resolved not long ago.
///
/// Example:
///     >>> from pydidcomm import LocalResolver
///     >>> did = "did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH"
///     >>> LocalResolver().resolve(did).key_agreement
///     ['did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH#z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc']
///     >>> LocalResolver().resolve("did:web:example.com") is None
///     True
#[pyclass(frozen, name = "LocalResolver", module = "pydidcomm")]
pub(super) struct PyLocalResolver(pub(super) Arc<LocalResolver>);

#[pymethods]
impl PyLocalResolver {
    #[new]
    #[pyo3(signature = (*, key_naming = "numbered"))]
    fn new(key_naming: &str) -> PyResult<Self> {
        let naming = match key_naming {
            "numbered" => KeyNaming::Numbered,
            "multibase" => KeyNaming::Multibase,
            _ => return Err(PyValueError::new_err("key_naming is 'numbered' or 'multibase'")),
        };
        Ok(Self(Arc::new(LocalResolver::new(naming))))
    }

    /// The document of the DID; None where it is not to be told from its text; MalformedDocumentError where it is broken.
    fn resolve(&self, did: &str) -> PyResult<Option<PyDocument>> {
        if let Some(document) = self.0.remembered(did) {
            return Ok(Some(document.into()));
        }
        if !LocalResolver::knows(did) {
            return Ok(None);
        }
        let did = DidUrl::parse(did)?;
        Ok(self.0.resolve(&did)?.map(PyDocument::from))
    }

    /// Remembers the long form of a did:peer:4, or a did:peer:2, and returns the short form that resolves from now on.
    ///
    /// Raises:
    ///     ValueError: The DID has no short form.
    ///     MalformedDocumentError: The document in the DID is broken.
    ///
    /// Example:
    ///     >>> from pydidcomm import LocalResolver
    ///     >>> resolver = LocalResolver()
    ///     >>> short = "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M"
    ///     >>> resolver.resolve(short) is None
    ///     True
    ///     >>> resolver.remember(f"{short}:zQSJgiFTYiCHjQ9MktwNThRXM7a") == short
    ///     True
    ///     >>> resolver.resolve(short)
    ///     DIDDocument(id='did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M')
    fn remember(&self, did: &str) -> PyResult<String> {
        let did = DidUrl::parse(did).map_err(misuse)?;
        self.0.remember(&did).map_err(misuse)
    }

    /// Remembers the genesis document of a did:peer:1, and returns the DID, which resolves from now on.
    ///
    /// The DID is the hash of the document to the octet: hand over text. A dict is written without white space.
    ///
    /// Raises:
    ///     ValueError: The document has an `id`, or ids that are not relative.
    ///
    /// Example:
    ///     >>> from pydidcomm import LocalResolver
    ///     >>> LocalResolver().remember_genesis('{"keyAgreement":[]}')
    ///     'did:peer:1zQmbVpJt2AcbVyVBV9JZVnEp3SVm4XK3uk5Gr1ezPgS3HJz'
    fn remember_genesis(&self, document: TextIn) -> PyResult<String> {
        self.0.remember_genesis(&document.0).map_err(misuse)
    }

    /// What the DID is the hash of, where it was remembered: the long form, or the text of the genesis document.
    fn known(&self, did: &str) -> Option<String> {
        self.0.known(did).map(|known| known.as_ref().to_owned())
    }

    fn __repr__(&self) -> &'static str {
        "LocalResolver()"
    }
}
