//! `UnpackConfig` as the core reads it.

use std::sync::Arc;

use pyo3::prelude::*;

use super::json::WholeIn;
use crate::unpack::{Limits, UnpackOptions};

/// An `UnpackConfig`, read once and used for every message that is unpacked with it.
#[pyclass(frozen, name = "UnpackOptions", module = "pydidcomm._core")]
pub(super) struct PyUnpackOptions(pub(super) Arc<UnpackOptions>);

#[pymethods]
impl PyUnpackOptions {
    #[new]
    fn new(config: &Bound<'_, PyAny>) -> PyResult<Self> {
        let flag = |name: &str| config.getattr(name)?.extract::<bool>();
        let options = UnpackOptions {
            decrypt_by_all_keys: flag("expect_decrypt_by_all_keys")?,
            accept_missing_apv: flag("accept_missing_apv")?,
            limits: limits(config)?,
        };
        Ok(Self(Arc::new(options)))
    }
}

fn limits(config: &Bound<'_, PyAny>) -> PyResult<Limits> {
    let usual = Limits::default();
    let limit = |name: &str, usual: usize| -> PyResult<usize> {
        let given: Option<WholeIn> = config.getattr(name)?.extract()?;
        Ok(given.map_or(usual, |WholeIn(most)| usize::try_from(most).unwrap_or(usize::MAX)))
    };
    Ok(Limits {
        bytes: limit("max_bytes", usual.bytes)?,
        nesting: limit("max_nesting", usual.nesting)?,
        layers: limit("max_layers", usual.layers)?,
        recipients: limit("max_recipients", usual.recipients)?,
        signatures: limit("max_signatures", usual.signatures)?,
        forward_depth: limit("max_forward_depth", usual.forward_depth)?,
    })
}
