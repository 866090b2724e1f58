"""One expression with a default, written many times, is one decision."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from immutable_delivery.pipeline.run import run
from immutable_delivery.pipeline.settings import Request

TODAY = date(2026, 11, 29)

EXPRESSION = "${APP_IMAGE:-shop/app}:${APP_VERSION:-latest}"


def found(folder: Path, *images: str) -> list[tuple[int, int]]:
    """Return where images are said to float, each with how many uses."""
    services = "".join(f"  s{n}:\n    image: {image}\n" for n, image in enumerate(images))
    text = f"services:\n{services}"
    (folder / "compose.yaml").write_text(text, encoding="utf-8")
    report = run(folder, Request(select=("floating-tag",), today=TODAY)).report
    return [
        (text.count("\n", 0, one.place.span.start) + 1, len(one.uses)) for one in report.findings
    ]


def test_the_services_of_one_expression_share_a_finding(tmp_path: Path) -> None:
    assert found(tmp_path, *[EXPRESSION] * 22) == [(3, 21)]


@pytest.mark.parametrize(
    "other", ["shop/app:latest", "${OTHER_IMAGE:-shop/app}:${APP_VERSION:-latest}"]
)
def test_another_text_of_the_same_image_is_another_finding(tmp_path: Path, other: str) -> None:
    assert found(tmp_path, EXPRESSION, other) == [(3, 0), (5, 0)]


def test_the_same_words_without_a_variable_are_as_many_decisions(tmp_path: Path) -> None:
    assert found(tmp_path, "shop/app:latest", "shop/app:latest") == [(3, 0), (5, 0)]
