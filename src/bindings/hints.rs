//! The types of JSON values in the stub.

use pyo3::inspect::PyStaticExpr;
use pyo3::{type_hint_identifier, type_hint_subscript};

pub(super) const ANY: PyStaticExpr = type_hint_identifier!("typing", "Any");

pub(super) const STR: PyStaticExpr = type_hint_identifier!("builtins", "str");

pub(super) const MAPPING: PyStaticExpr =
    type_hint_subscript!(type_hint_identifier!("collections.abc", "Mapping"), STR, ANY);
