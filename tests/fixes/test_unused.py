"""Suppressions: what nothing needs goes, what somebody has to decide stays; new ones say that a reason is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.fixes.conftest import DIGEST

if TYPE_CHECKING:
    from tests.fixes.conftest import Dockerfile, Workshop

IMAGE = f"nginx:1.27.3@{DIGEST}"
USED = "latest-is-what-we-test"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# imd: ignore[floating-tag] why\n", ""),
        ("# a\n  # imd: ignore[floating-tag] why\n# b\n", "# a\n# b\n"),
        ("# keep # imd: ignore[floating-tag] why\n", "# keep\n"),
        ("## imd: ignore[floating-tag] why\n", ""),
        ("# imd: ignore[floating-tag, partial-tag] why\n", ""),
        ("# imd: ignore[floating-tag,repeated-start-command, partial-tag] why\n", "# imd: ignore[repeated-start-command] why\n"),
        ("# imd: ignore[repeated-start-command, partial-tag] é\n", "# imd: ignore[repeated-start-command] é\n"),
    ],
)  # fmt: skip
def test_what_is_unused_goes(
    workshop: Workshop, dockerfile: Dockerfile, before: str, after: str
) -> None:
    rest = 'CMD ["a"]\nCMD ["b"]\n'
    fixed = workshop.fixed(dockerfile(before + rest), "unused-suppression")
    assert fixed == dockerfile(after + rest)


def test_a_comment_at_the_end_of_a_line_goes_with_its_blanks(workshop: Workshop) -> None:
    text = f"services:\r\n  web:\r\n    image: {IMAGE}  # imd: ignore[floating-tag] why\r\n    user: a\r\n"
    assert workshop.fixed({"compose.yaml": text}, "unused-suppression") == {
        "compose.yaml": text.replace("  # imd: ignore[floating-tag] why", "")
    }


@pytest.mark.parametrize(
    ("comment", "reason"),
    [
        ("# imd: ignore[floating-tag]", "mend it, or remove it"),
        ("# imd: ignore[no-such] why", "mend it, or remove it"),
        ("# imd: ignore[floating-tag] why\n# escape=`", "would become a directive"),
        ("# imd: ignore[floating-tag] until=2020-01-01 why", "its new date"),
    ],
)
def test_what_is_not_just_unused_is_left(
    workshop: Workshop, dockerfile: Dockerfile, comment: str, reason: str
) -> None:
    fix = workshop.fix(dockerfile(f'{comment}\nCMD ["a"]\n'), "unused-suppression")
    assert reason in fix.reason
