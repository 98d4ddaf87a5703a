"""Curves and services that DIDs are made with, for property tests."""

from __future__ import annotations

from typing import Any, TypeAlias

from hypothesis import strategies as st

AGREE = ["X25519", "P-256", "P-384", "P-521"]
SIGN = ["Ed25519", "P-256", "secp256k1"]
URIS = st.from_regex(r"[a-z]{1,9}:[!-/:-~é][!-~é]{0,29}|did:example:[a-z]{1,9}", fullmatch=True)
PROFILES = st.lists(st.sampled_from(["didcomm/v2", "didcomm/aip2;env=rfc19"]), max_size=2, unique=True)
ROUTING_KEYS = st.lists(
    st.from_regex(r"did:[a-z]{1,4}:[a-z]{1,9}(#[a-z0-9]{1,4})?", fullmatch=True), max_size=2
)
Strategies: TypeAlias = "dict[str, st.SearchStrategy[Any]]"
Service: TypeAlias = "dict[str, Any]"
ENDPOINT_MEMBERS: Strategies = {"accept": PROFILES, "routingKeys": ROUTING_KEYS}
URI: Strategies = {"uri": URIS}
OBJECTS: st.SearchStrategy[Service] = st.fixed_dictionaries(URI, optional=ENDPOINT_MEMBERS)
TYPES = st.sampled_from(["DIDCommMessaging", "LinkedDomains", ["Other", "DIDCommMessaging"]])
SERVICE: Strategies = {
    "type": TYPES,
    "serviceEndpoint": URIS | OBJECTS | st.lists(OBJECTS, min_size=1, max_size=3),
}
SERVICE_MEMBERS: Strategies = {
    "id": st.from_regex(r"#[a-z]{1,8}", fullmatch=True),
    "priority": st.integers(0, 9),
}
SERVICES: st.SearchStrategy[list[Service]] = st.lists(
    st.fixed_dictionaries(SERVICE, optional=SERVICE_MEMBERS),
    max_size=3,
    # of two services with one id neither is read; those without are given different ones
    unique_by=lambda each: each.get("id", object()),
)
