//! The methods of every class with an encrypted text for the wire: the text under its names, and its media type.

/// Writes the methods of a class: those that read the text from a field, and its own.
macro_rules! wire_text_methods {
    ($class:ty, $field:ident.$read:ident, $media_type:expr, $media_type_doc:literal, $message_doc:literal, { $($own:tt)* }) => {
        #[pymethods]
        impl $class {
            /// The text for the wire; `str(...)` of this object is the same.
            #[getter]
            fn text<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
                self.$field.$read(py)
            }

            fn __str__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
                self.$field.$read(py)
            }

            /// The text for the wire, under the name in the tutorial.
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
