"""Options of the resolvers over HTTP: each is read or refused, and none is shown that may be a secret."""

from __future__ import annotations

from typing import Any

import pytest

from pydidcomm import LocalResolver
from pydidcomm.resolvers.caching import CachingResolver
from pydidcomm.resolvers.fallback import FallbackResolver
from pydidcomm.resolvers.universal import UniversalResolver
from pydidcomm.resolvers.web import WebResolver

URL = "https://resolver.example/1.0"


def test_an_option_of_another_name_is_refused() -> None:
    mistaken: dict[str, Any] = {"time_out": 1}
    expected = "`time_out` is not an option, expected `allow`, `ca`, `lookup`, `max_bytes` or `timeout`"
    with pytest.raises(TypeError, match=expected):
        WebResolver(**mistaken)
    with pytest.raises(TypeError, match=expected):
        UniversalResolver(URL, **mistaken)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"timeout": "5"}, "`timeout` must be a number of seconds, got str"),
        ({"timeout": None}, "`timeout` must be a number of seconds, got NoneType"),
        ({"timeout": 0}, "`timeout` must be positive, got 0"),
        ({"timeout": float("nan")}, "`timeout` must be positive, got nan"),
        ({"max_bytes": "5"}, r"`max_bytes` must be a whole number \(int\), got str"),
        ({"max_bytes": 0}, "`max_bytes` must be positive, got 0"),
        ({"allow": 5}, "`allow` must be a list of networks, got int"),
        ({"lookup": 5}, "`lookup` must be a coroutine function, got int"),
        ({"ca": 5}, "`ca` must be a path or an ssl.SSLContext, got int"),
        ({"headers": 5}, "`headers` must be a dict, got int"),
        ({"headers": {"a": 5}}, "`headers` must be a dict with str values"),
    ],
)
def test_an_option_of_another_type_or_size_is_named(options: dict[str, Any], expected: str) -> None:
    with pytest.raises((TypeError, ValueError), match=f"^{expected}"):
        UniversalResolver(URL, **options)


@pytest.mark.parametrize("name", ["authorization", "x-\r\nname", "x-é", ""])
@pytest.mark.parametrize("value", ["Bearer S3CRET", "Bearer S3CRET\r\nhost: x", "Bearer S3CRET-é"])
def test_a_header_that_http_cannot_have_is_refused_without_its_value(name: str, value: str) -> None:
    if (name, value) == ("authorization", "Bearer S3CRET"):
        UniversalResolver(URL, headers={name: value})
        return
    with pytest.raises(ValueError, match=r"^`headers` must have valid HTTP names and values") as caught:
        UniversalResolver(URL, headers={name: value})
    assert "S3CRET" not in repr(caught.value)


def test_a_password_in_the_url_is_refused_and_not_shown() -> None:
    with pytest.raises(ValueError, match=r"^`base_url` must have no user name: pass it") as caught:
        UniversalResolver("https://alice:S3CRET@resolver.example/1.0")
    assert "S3CRET" not in repr(caught.value)
    for url in ("https://alice:S3CRET@resolver.example/1.0?a", "ftp://alice:S3CRET@a", "https://S3CRET@[::1"):
        with pytest.raises(ValueError, match=r"^`base_url` must ") as caught:
            UniversalResolver(url)
        assert "S3CRET" not in repr(caught.value)


def test_a_value_that_is_not_a_resolver_is_refused_behind_another() -> None:
    wrong: list[Any] = [5, None, [LocalResolver()], LocalResolver]
    for one in wrong:
        with pytest.raises(
            TypeError, match=r"^`resolvers` must be an object with the method `resolve`, got "
        ):
            FallbackResolver(LocalResolver(), one)
        with pytest.raises(TypeError, match=r"^`resolver` must be an object with the method `resolve`, got "):
            CachingResolver(one)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"seconds": "5"}, "`seconds` must be a number of seconds, got str"),
        ({"fresh_seconds": float("nan")}, "`fresh_seconds` must not be negative, got nan"),
        ({"failure_seconds": -1}, "`failure_seconds` must not be negative, got -1"),
        ({"capacity": 1.5}, r"`capacity` must be a whole number \(int\), got float"),
        ({"max_bytes": None}, r"`max_bytes` must be a whole number \(int\), got NoneType"),
        ({"capacity": 0}, "`capacity` must be positive, got 0"),
    ],
)
def test_a_number_of_a_cache_is_named(options: dict[str, Any], expected: str) -> None:
    with pytest.raises((TypeError, ValueError), match=f"^{expected}"):
        CachingResolver(LocalResolver(), **options)
