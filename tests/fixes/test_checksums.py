"""`ADD --checksum`, from the comment that states the sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fixes.conftest import Dockerfile, Workshop

SUM = "ab12" * 16
URL = "https://example.com/tool-1.2.3.tar.gz"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"# sha256: {SUM}\nADD {URL} /opt/\n", f"# sha256: {SUM}\nADD --checksum=sha256:S {URL} /opt/\n"),
        (f"# the sums\n#   SHA256 {SUM}\r\nadd  --chown=1 \\\n  {URL} /opt/\n", f"# the sums\n#   SHA256 {SUM}\r\nadd --checksum=sha256:S  --chown=1 \\\n  {URL} /opt/\n"),
    ],
)  # fmt: skip
def test_the_stated_sum_is_checked(
    workshop: Workshop, dockerfile: Dockerfile, before: str, after: str
) -> None:
    fixed = workshop.fixed(dockerfile(before), "unverified-fetch")
    assert fixed == dockerfile(after.replace(":S ", f":{SUM} "))


@pytest.mark.parametrize(
    "text",
    [
        f"ADD {URL} /opt/\n# sha256: {SUM}\n",
        f"# sha256: {SUM}\n\nADD {URL} /opt/\n",
        f"# commit {SUM}\nADD {URL} /opt/\n",
        f"# sha256: {SUM}\n# sha256: {SUM.replace('a', 'c')}\nADD {URL} /opt/\n",
        f"# sha256: {SUM}\nADD {URL} https://example.com/b-1.2.3.tar.gz /opt/\n",
        f"# sha256: {SUM}0\nADD {URL} /opt/\n",
    ],
)
def test_a_sum_that_is_not_certain_is_not_written(
    workshop: Workshop, dockerfile: Dockerfile, text: str
) -> None:
    assert "no comment above states" in workshop.fix(dockerfile(text), "unverified-fetch").reason
