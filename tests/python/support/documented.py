"""Holds the pages of the site against the settings that they describe."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def assert_documented(settings: DataclassInstance, page: str) -> None:
    """Each section of a configuration, and each of its keys, is in the page."""
    for section in fields(settings):
        value = getattr(settings, section.name)
        if is_dataclass(value):
            assert f"`{section.name}`" in page
            for key in fields(value):
                assert f"`{key.name}`" in page, (section.name, key.name)
