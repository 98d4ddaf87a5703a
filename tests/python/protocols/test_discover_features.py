"""Discover features 2.0, driven through every state."""

from __future__ import annotations

from typing import Any

import pytest

from pydidcomm import Message
from pydidcomm.errors import MalformedMessageError
from pydidcomm.protocols import Disclose, DiscoverFeatures, Protocols, Queries, Query, Received, TrustPing
from pydidcomm.protocols.acknowledgment import EmptyMessage
from pydidcomm.protocols.discover_features import (
    MAX_QUERIES,
    Audience,
    Disclosure,
    Disclosures,
    Feature,
    features_of,
)
from support.protocol_messages import NOW, TO_BOB, anonymous, answer_from_bob, received
from support.protocol_steps import code, names

PIURI = "https://didcomm.org/discover-features/2.0"
TTT = "https://didcomm.org/tictactoe"
FEATURES = [
    Feature("protocol", f"{TTT}/1.0", ("player",)),
    Feature("protocol", f"{TTT}/1.9"),
    Feature("protocol", f"{TTT}/2.0"),
    Feature("protocol", f"{TTT}X/1.0"),
    Feature("goal-code", "org.example.sell"),
    Feature("header", "lang"),
    Feature("constraint", "max_receive_bytes", members={"max_receive_bytes": 65536}),
]


def discovery(*features: Feature, **options: Any) -> DiscoverFeatures:  # noqa: ANN401, keywords
    return DiscoverFeatures(lambda: features or FEATURES, shuffle=lambda _found: None, **options)


def disclosed(protocol: DiscoverFeatures, *queries: tuple[str, str], **proved: Any) -> list[str]:  # noqa: ANN401
    asked = Queries(queries=tuple(Query(kind, match) for kind, match in queries))
    step = protocol.receive(received(asked, **proved), None, NOW)
    assert step.send[0].message.thid == "one"
    return [feature["id"] for feature in step.send[0].message.body["disclosures"]]


@pytest.mark.spec("DIS-01", "DIS-10")
def test_queries_and_disclosures_have_the_types_and_members_of_the_protocol() -> None:
    begun = DiscoverFeatures(list).begin(Queries(queries=(Query("protocol", "*"),)), **TO_BOB)
    assert (begun.send[0].message.type, begun.send[0].message.body) == (
        f"{PIURI}/queries",
        {"queries": [{"feature-type": "protocol", "match": "*"}]},
    )
    answer = discovery().receive(received(begun.send[0].message), None, NOW).send[0].message
    assert answer.type == f"{PIURI}/disclose"
    assert answer.body["disclosures"][:2] == [
        {"feature-type": "protocol", "id": f"{TTT}/1.0", "roles": ["player"]},
        {"feature-type": "protocol", "id": f"{TTT}/1.9"},
    ]


@pytest.mark.spec("DIS-02")
@pytest.mark.parametrize("queries", [[], [{"match": "*"}], [{"feature-type": "protocol"}], ["*"], "x"])
def test_queries_without_their_members_are_malformed(queries: object) -> None:
    message = Message(type=Queries.type, id="one", body={"queries": queries})
    assert code(discovery().receive(received(message), None, NOW)) == "e.m.msg.malformed"


def test_empty_queries_are_not_made() -> None:
    with pytest.raises(ValueError, match="`queries` must not be empty"):
        Queries(queries=())


@pytest.mark.spec("DIS-03", "DIS-04", "DIS-05", "DIS-06")
@pytest.mark.parametrize(
    ("query", "ids"),
    [
        (("protocol", f"{TTT}/1.*"), [f"{TTT}/1.0", f"{TTT}/1.9"]),
        (("protocol", f"{TTT}/1.0"), [f"{TTT}/1.0"]),
        (("protocol", "*"), [f"{TTT}/1.0", f"{TTT}/1.9", f"{TTT}/2.0", f"{TTT}X/1.0"]),
        # a dot is a dot, and a wildcard stands at the end only
        (("protocol", "https://didcomm-org/tictactoe/1.0"), []),
        (("protocol", "*/tictactoe/1.0"), []),
        (("goal-code", "org.example.*"), ["org.example.sell"]),
        (("header", "lang"), ["lang"]),
        (("foo", "*"), []),
    ],
)
def test_a_query_finds_the_features_of_its_type_that_match(query: tuple[str, str], ids: list[str]) -> None:
    assert disclosed(discovery(), query) == ids
    assert disclosed(discovery(), ("foo", "*"), query) == ids


@pytest.mark.spec("DISC-02", "DIS-09")
def test_several_queries_get_one_answer_without_duplicates() -> None:
    assert disclosed(discovery(), ("protocol", "*"), ("protocol", f"{TTT}/1.0")).count(f"{TTT}/1.0") == 1
    assert disclosed(discovery(), ("header", "none")) == []


@pytest.mark.spec("DISC-01")
def test_what_is_registered_is_disclosed_and_nothing_else() -> None:
    protocols = Protocols([TrustPing()])
    protocol = DiscoverFeatures(lambda: features_of(protocols))
    assert disclosed(protocol, ("protocol", "*")) == ["https://didcomm.org/trust-ping/2.0"]
    protocols.add(protocol)
    assert set(disclosed(protocol, ("protocol", "*"))) == {"https://didcomm.org/trust-ping/2.0", PIURI}
    assert disclosed(DiscoverFeatures(lambda: features_of(Protocols())), ("protocol", "*")) == []


@pytest.mark.spec("DISC-04", "DIS-13")
@pytest.mark.parametrize(
    ("standing", "ids"),
    [
        (Audience.PUBLIC, ["public"]),
        (Audience.KNOWN, ["public", "known"]),
        (Audience.TRUSTED, ["public", "known", "trusted"]),
        (Audience.NONE, ["public", "known", "trusted"]),
    ],
)
def test_a_feature_is_disclosed_to_its_audience_only(standing: Audience, ids: list[str]) -> None:
    features = [Feature("header", audience.value, audience=audience) for audience in Audience]

    def standing_of(_asker: Received) -> Audience:
        return standing

    protocol = discovery(*features, audience_of=standing_of)
    assert disclosed(protocol, ("header", "*")) == ids


@pytest.mark.spec("DISC-04")
def test_a_hidden_feature_is_answered_like_one_that_does_not_exist() -> None:
    protocol = discovery(Feature("header", "secret", audience=Audience.TRUSTED))
    asked = {name: Queries(queries=(Query("header", name),)) for name in ("secret", "absent")}
    answers = [
        protocol.receive(received(queries), None, NOW).send[0].message.body for queries in asked.values()
    ]
    assert answers[0] == answers[1] == {"disclosures": []}


@pytest.mark.spec("DISC-04")
@pytest.mark.parametrize(("proved", "ids"), [({}, ["known"]), ({"relationship": None}, [])])
def test_by_default_a_feature_is_for_peers_with_a_relationship(
    proved: dict[str, None], ids: list[str]
) -> None:
    assert disclosed(discovery(Feature("header", "known")), ("header", "*"), **proved) == ids


@pytest.mark.spec("DISC-04")
def test_an_anonymous_asker_gets_nothing() -> None:
    step = discovery().receive(anonymous(Queries(queries=(Query("protocol", "*"),))), None, NOW)
    assert (step.send, step.problem) == ((), None)


@pytest.mark.spec("DIS-13")
def test_the_order_of_the_answer_is_the_one_of_shuffle() -> None:
    protocol = DiscoverFeatures(lambda: FEATURES[:2], shuffle=lambda found: found.reverse())
    assert disclosed(protocol, ("protocol", "*")) == [f"{TTT}/1.9", f"{TTT}/1.0"]


@pytest.mark.spec("DISC-07")
@pytest.mark.parametrize(
    ("count", "problem"), [(MAX_QUERIES, None), (MAX_QUERIES + 1, "e.m.req.too-many-queries")]
)
def test_the_queries_of_one_message_are_bounded(count: int, problem: str | None) -> None:
    step = discovery().receive(received(Queries(queries=(Query("header", "x"),) * count)), None, NOW)
    assert (code(step), len(step.send)) == (problem, 0 if problem else 1)


@pytest.mark.spec("DISC-03", "DIS-12")
@pytest.mark.parametrize("body", [Disclose, Disclosures])
def test_the_answer_is_read_under_both_of_its_names(body: type[Disclose]) -> None:
    protocol = discovery()
    begun = protocol.begin(Queries(queries=(Query("protocol", "*"),)), **TO_BOB, expires_time=NOW + 5)
    assert begun.thread is not None
    message = body(disclosures=(Disclosure("protocol", "p"),)).to_message(thid=begun.thread.thid)
    ended = protocol.receive(answer_from_bob(message), begun.thread, NOW)
    assert ended.thread is not None
    assert (ended.thread.done, names(ended), ended.send) == (True, ["disclosed"], ())
    assert ended.events[0].data.disclosures[0].id == "p"
    unasked = protocol.receive(answer_from_bob(body(disclosures=()).to_message()), None, NOW)
    assert (names(unasked), unasked.thread) == (["disclosed"], None)
    assert names(protocol.receive(answer_from_bob(message), ended.thread, NOW)) == ["unexpected"]
    assert names(protocol.wake(begun.thread, NOW + 5)) == ["timeout"]


@pytest.mark.spec("DIS-12")
def test_features_are_disclosed_unasked() -> None:
    step = discovery().begin(Disclose(disclosures=()), **TO_BOB)
    assert (step.send[0].message.type, step.thread) == (Disclose.type, None)


@pytest.mark.spec("DIS-10", "TRP-15", "DISC-06")
@pytest.mark.parametrize(
    ("value", "limit"),
    [
        ("65536", 65536),
        (65536, 65536),
        ("-1", None),
        ("", None),
        (None, None),
        (True, None),
        ("9" * 100, None),
    ],
)
def test_further_members_of_a_disclosure_are_kept(value: object, limit: int | None) -> None:
    members = {"feature-type": "constraint", "id": "max_receive_bytes", "max_receive_bytes": value}
    found = Disclose.from_body({"disclosures": [members]}).disclosures[0]
    assert found.members == {"max_receive_bytes": value}
    assert found.max_receive_bytes == limit
    with pytest.raises(MalformedMessageError, match=r"disclosures\[0\]\.id: missing"):
        Disclose.from_body({"disclosures": [{"feature-type": "protocol"}]})


def test_the_standing_of_an_asker_is_decided_from_what_was_proved() -> None:
    seen: list[Received] = []

    def standing(asker: Received) -> Audience:
        seen.append(asker)
        return Audience.NONE

    disclosed(discovery(audience_of=standing), ("header", "*"))
    assert [one.sender for one in seen] == ["did:example:alice"]


def test_the_features_of_protocols_have_their_roles_and_audience() -> None:
    found = features_of(Protocols([TrustPing(), EmptyMessage()]), Audience.PUBLIC)
    roles = {feature.id: feature.roles for feature in found}
    assert roles == {TrustPing.piuri: ("sender", "receiver"), EmptyMessage.piuri: None}
    assert {(feature.feature_type, feature.audience) for feature in found} == {("protocol", Audience.PUBLIC)}


def test_features_that_were_given_are_not_replaced_and_absent_ones_are() -> None:
    ours = Feature("header", "lang", audience=Audience.KNOWN)
    for protocol, ids in ((DiscoverFeatures(), ["lang"]), (DiscoverFeatures(list), [])):
        protocol.disclose_by_default(lambda: [ours])
        assert disclosed(protocol, ("header", "*")) == ids
    assert disclosed(DiscoverFeatures(), ("header", "*")) == []


def test_an_inviter_that_proves_nothing_is_shown_no_features() -> None:
    asked = Queries(queries=(Query("protocol", "*"),))
    step = discovery().receive(anonymous(asked, answer_to="did:example:alice"), None, NOW)
    assert step.send == ()
