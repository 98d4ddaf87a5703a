"""Small damage to JSON at any depth: the raw material of the property tests."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, cast

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from pydidcomm.errors import DIDCommError

if TYPE_CHECKING:
    from collections.abc import Callable

# the same examples in every run, so that a failure is reproducible
thorough = settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.large_base_example],
)

Path = tuple[str | int, ...]

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**70), max_value=2**70)
    | st.sampled_from([0.0, -1.5, 1e300, 1e-300])
    | st.text(max_size=12)
    | st.sampled_from(
        ["", "AA", "A", "=", "*", "did:example:bob", "did:example:bob#x1", "did:peer:2", "none", "\0", "é"]
    )
)
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


def paths(value: Any, here: Path = ()) -> list[Path]:  # noqa: ANN401, JSON
    """The way to every value inside."""
    found: list[Path] = [here] if here else []
    for step in steps(value):
        found += paths(value[step], (*here, step))
    return found


def steps(value: Any) -> list[Any]:  # noqa: ANN401, JSON
    """The names or places of what stands directly inside."""
    if isinstance(value, dict):
        return list(cast("dict[str, Any]", value))
    return list(range(len(at(value, ())))) if isinstance(value, list) else []


def at(value: Any, path: Path) -> Any:  # noqa: ANN401, JSON
    for step in path:
        value = value[step]
    return value


def text_damage(draw: st.DrawFn, text: str) -> str:
    """Shorter, longer, or with one letter changed."""
    place = draw(st.integers(0, max(len(text) - 1, 0)))
    kind = draw(st.sampled_from(["cut", "insert", "replace", "double", "case", "drop"]))
    letter = draw(st.sampled_from('Aa0_-=.#:/ \n\0é\u20ac{"') | st.characters(exclude_categories=["Cs"]))
    return {
        "cut": text[:place],
        "insert": text[:place] + letter + text[place:],
        "replace": text[:place] + letter + text[place + 1 :],
        "double": text + text,
        "case": text.swapcase(),
        "drop": text[:place] + text[place + 1 :],
    }[kind]


@st.composite
def mutated(draw: st.DrawFn, value: Any) -> Any:  # noqa: ANN401, JSON
    """The JSON value with one to three mutations, each at a place that hypothesis chooses."""
    value = copy.deepcopy(value)
    for _ in range(draw(st.integers(1, 3))):
        places = paths(value)
        if not places:
            return value
        path = draw(st.sampled_from(places))
        holder, last = at(value, path[:-1]), path[-1]
        named = isinstance(last, str)
        old = holder[last]
        kind = draw(st.sampled_from(["delete", "any", "swap", "damage", "rename", "nest", "repeat"]))
        if kind == "delete":
            del holder[last]
        elif kind == "any":
            holder[last] = draw(ANY_JSON)
        elif kind == "swap":
            holder[last] = copy.deepcopy(at(value, draw(st.sampled_from(places))))
        elif kind == "rename" and named:
            name = draw(st.text(max_size=6) | st.sampled_from(steps(holder)))
            holder[name] = holder.pop(last)
        elif kind == "nest":
            holder[last] = draw(st.sampled_from([[old], {"x": old}, [old, old]]))
        elif kind == "repeat" and not named:
            holder.append(copy.deepcopy(old))
        elif isinstance(old, str):
            holder[last] = text_damage(draw, old)
        else:
            holder[last] = draw(SCALARS)
    return value


def survives(act: Callable[[], Any], *allowed: type[Exception]) -> Any:  # noqa: ANN401, what the act yields
    """The result, or None where an exception of the tree was raised, or an allowed one; never a panic."""
    expected: tuple[type[Exception], ...] = (DIDCommError, *allowed)
    try:
        return act()
    except expected as error:
        said = str(error)
    assert said
    return None
