//! What each object with an encrypted text for the wire offers: the text under its names, and its media type.

/// Writes the methods of a class: those that read its text from a field, and its own ones.
macro_rules! wire_text_methods {
    ($class:ty, $field:ident.$read:ident, $media_type:expr, $media_type_doc:literal, $message_doc:literal, { $($own:tt)* }) => {
        #[pymethods]
        impl $class {
            /// The text for the wire, as `str(...)` of this object is too.
            #[getter]
            fn text<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
                self.$field.$read(py)
            }

            fn __str__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
                self.$field.$read(py)
            }

            /// The text for the wire, as the tutorial calls it.
            #[getter]
            fn packed_msg<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
                self.$field.$read(py)
            }

            #[doc = $message_doc]
            #[getter]
            fn message<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
                self.$field.$read(py)
            }

            #[doc = $media_type_doc]
            #[getter]
            fn media_type(&self) -> &'static str {
                $media_type
            }

            $($own)*
        }
    };
}

pub(super) use wire_text_methods;
