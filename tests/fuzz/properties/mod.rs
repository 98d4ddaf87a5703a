//! Properties of any bytes: the bodies of the fuzz targets, which the tests run on the stored corpus.

mod did_document;
mod did_peer;
mod did_url;
mod envelope;
mod from_prior;
mod honest;
mod message;
mod multibase;
mod mutation;
mod strict_json;
mod unpack;
mod v1;

/// A check that panics if the property does not hold.
type Property = fn(&[u8]);

/// Every property by the name of its fuzz target.
pub(crate) const ALL: [(&str, Property); 10] = [
    ("envelope", envelope::holds),
    ("unpack", unpack::holds),
    ("message", message::holds),
    ("did_document", did_document::holds),
    ("did_peer", did_peer::holds),
    ("did_url", did_url::holds),
    ("from_prior", from_prior::holds),
    ("multibase", multibase::holds),
    ("v1", v1::holds),
    ("strict_json", strict_json::holds),
];
