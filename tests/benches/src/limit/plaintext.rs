//! The plaintext as JSON.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

#[derive(Deserialize, Serialize)]
pub(super) struct Plaintext {
    id: String,
    typ: String,
    #[serde(rename = "type")]
    type_: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Vec<String>>,
    created_time: u64,
    body: Value,
}

#[derive(Serialize)]
pub(super) struct Forward {
    id: &'static str,
    typ: &'static str,
    #[serde(rename = "type")]
    type_: &'static str,
    to: [String; 1],
    body: Next,
    attachments: [Attached; 1],
}

#[derive(Serialize)]
struct Next {
    next: String,
}

#[derive(Serialize)]
struct Attached {
    data: Data,
}

#[derive(Serialize)]
struct Data {
    json: Box<RawValue>,
}

impl Forward {
    pub(super) fn new(mediator: &str, next: &str, packed: &str) -> Self {
        Self {
            id: "d21cb1c4-3ae5-4d2e-b2a5-0a1e22ed64a9",
            typ: "application/didcomm-plain+json",
            type_: "https://didcomm.org/routing/2.0/forward",
            to: [mediator.to_owned()],
            body: Next { next: next.to_owned() },
            attachments: [Attached {
                data: Data { json: RawValue::from_string(packed.to_owned()).unwrap() },
            }],
        }
    }
}
