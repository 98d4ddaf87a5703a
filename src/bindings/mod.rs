//! The Python bindings of the core: newtypes, conversions and one mapping of errors, without any decisions.

#![expect(
    clippy::doc_markdown,
    clippy::doc_link_with_quotes,
    reason = "the docs are those of the Python API"
)]
#![expect(clippy::needless_pass_by_value, reason = "arguments converted from Python are owned")]
#![expect(
    clippy::unused_self,
    clippy::wrong_self_convention,
    reason = "names and shapes are those of Python"
)]

mod algorithms;
mod answer_reader;
mod argument;
mod attachment;
mod batch;
mod bytes_in;
mod cached_str;
mod callback;
mod context;
mod cost;
mod delivery;
mod did_document;
mod envelope;
mod error_texts;
mod errors;
mod external_key;
mod form_fault;
mod forward;
mod from_prior;
#[cfg(feature = "stubs")]
mod hints;
mod inspect;
mod json;
mod json_out;
mod local_resolver;
mod message;
mod message_type;
mod metadata;
mod opened;
mod operation;
mod pack;
mod pack_options;
mod package;
mod packed;
mod peer_did;
mod primitives;
mod process;
mod public_key;
mod question;
mod read_only;
mod relationship;
mod resolved;
mod restore;
mod result;
mod room;
mod same;
mod secrets;
mod service;
mod system;
mod text_in;
mod thread_pool;
mod time;
mod tuple;
mod unpack;
mod unpack_options;
mod unpack_result;
mod v1;
mod v1_operations;
mod value;
mod warnings;
mod wire_text;

/// The compiled core of pydidcomm.
///
/// It declares that it needs the interpreter lock, because it relies on the lock, for instance in a fork.
#[pyo3::pymodule(gil_used = true)]
mod _core {
    /// The version of the package.
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "the name that Python programs look for")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    #[pymodule_export]
    use super::argument::describe;
    #[pymodule_export]
    use super::attachment::{PyAttachment, sign_attachment, verify_attachment};
    #[pymodule_export]
    use super::batch::PyBatch;
    #[pymodule_export]
    use super::context::PyContext;
    #[pymodule_export]
    use super::delivery::PyDelivery;
    #[pymodule_export]
    use super::did_document::PyDocument;
    #[pymodule_export]
    use super::envelope::PyEnvelope;
    #[pymodule_export]
    use super::error_texts::{malformed_text, unsupported_text, untrusted_text};
    #[pymodule_export]
    use super::errors::sanitize;
    #[pymodule_export]
    use super::form_fault::PyFormFault;
    #[pymodule_export]
    use super::forward::{PyPackedForward, rewrap, unpack_forward, wrap_in_forward};
    #[pymodule_export]
    use super::from_prior::PyFromPrior;
    #[pymodule_export]
    use super::inspect::inspect;
    #[pymodule_export]
    use super::local_resolver::{PyLocalResolver, keep_long_form};
    #[pymodule_export]
    use super::message::PyMessage;
    #[pymodule_export]
    use super::message_type::same_message_type;
    #[pymodule_export]
    use super::metadata::PyMetadata;
    #[pymodule_export]
    use super::operation::PyOperation;
    #[pymodule_export]
    use super::pack::{pack_encrypted, pack_plaintext, pack_signed};
    #[pymodule_export]
    use super::pack_options::{PyPackOptions, PyPackParameters};
    #[pymodule_export]
    use super::packed::{PyPacked, PyPackedPlaintext, PyPackedSigned, PyServiceMetadata};
    #[pymodule_export]
    use super::peer_did::{
        encode_did_document, encode_jwk_did, encode_key_did, encode_peer_did, encode_peer_public_keys,
        encode_public_keys, same_party, short_form,
    };
    #[pymodule_export]
    use super::primitives::{
        check_claims, choose_layer_keys, decrypt_layer, encrypt_layer, find_routes, read_object,
    };
    #[pymodule_export]
    use super::process::prepare_process;
    #[pymodule_export]
    use super::public_key::PyPublicKey;
    #[pymodule_export]
    use super::question::{PyAgree, PyFindSecrets, PyLongWork, PyResolveDid, PySign};
    #[pymodule_export]
    use super::relationship::{PyPeerEnded, PyPeerRotated};
    #[pymodule_export]
    use super::resolved::{PyResolved, document_of};
    #[pymodule_export]
    use super::restore::restore;
    #[pymodule_export]
    use super::secrets::{PyInMemorySecrets, PySecret};
    #[pymodule_export]
    use super::service::{PyEndpoint, PyService};
    #[pymodule_export]
    use super::thread_pool::processors;
    #[pymodule_export]
    use super::unpack::{receive, unpack};
    #[pymodule_export]
    use super::unpack_options::PyUnpackOptions;
    #[pymodule_export]
    use super::unpack_result::{PyForwarded, PyUnpackResult};
    #[pymodule_export]
    use super::v1::{PyV1Forwarded, PyV1Message, PyV1Packed};
    #[pymodule_export]
    use super::v1_operations::{v1_forward, v1_pack, v1_public_key, v1_unpack, v1_unpack_forward, v1_verkey};
}
