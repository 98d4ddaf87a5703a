//! `LocalResolver`.

use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::did_document::PyDocument;
use crate::did::DidUrl;
use crate::did::local::LocalResolver;
use crate::did::peer::KeyNaming;

/// Resolves the DIDs that carry their own document, did:key and did:peer:2, without a network.
///
/// `key_naming` is how the keys of a did:peer:2 are named: "numbered" (`#key-1`) as today, or "multibase"
/// (`#6LS...`) as libraries of 2021 and 2022 expect. Documents are remembered in a bounded cache.
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

    /// The document of the DID; None where its method is another one; MalformedDocumentError where it is broken.
    fn resolve(&self, did: &str) -> PyResult<Option<PyDocument>> {
        if !LocalResolver::knows(did) {
            return Ok(None);
        }
        let did = DidUrl::parse(did)?;
        Ok(self.0.resolve(&did)?.map(PyDocument::from))
    }

    fn __repr__(&self) -> &'static str {
        "LocalResolver()"
    }
}
