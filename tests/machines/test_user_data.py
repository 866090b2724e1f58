"""User data: its parts, whatever they are written in."""

from __future__ import annotations

import pytest
from tests.kit import located, text_at

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Fact, Fetch, Install, Scope, Unread, Variable
from immutable_delivery.machines.boot import user_data
from immutable_delivery.source.files import MemoryFiles

MIME = """\
Content-Type: multipart/mixed; boundary="//"
MIME-Version: 1.0

--//
Content-Type: text/cloud-config; charset="us-ascii"

packages: [nginx]
--//
Content-Type: text/x-shellscript; charset="us-ascii"
Content-Disposition: attachment; filename="a.sh"

#!/bin/bash
pip install flask
--//
Content-Type: text/x-include-url

https://example.com/more.sh
--//
Content-Type: text/x-shellscript
Content-Transfer-Encoding: base64

cGlwIGluc3RhbGwgeA==
--//--
"""


def told(content: str, kind: str = "") -> list[Fact]:
    written = located(content)
    scope = Scope(owner="web")
    return list(user_data(written, scope, written.used_at, ParseContext(MemoryFiles({})), kind))


def test_every_part_of_a_multipart_text() -> None:
    found = told(MIME)
    installs = [one for one in found if isinstance(one, Install)]
    assert [one.command for one in installs] == ["packages:", "pip install"]
    assert text_at(MIME, installs[1].used_at) == "pip install"
    assert [one.url for one in found if isinstance(one, Fetch)] == ["https://example.com/more.sh"]
    assert [one.reason for one in found if isinstance(one, Unread)] == [
        "a part of it is encoded as base64"
    ]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("#cloud-boothook\n#!/bin/sh\npip install x\n", ""),
        ("## template: jinja\n#!/bin/sh\npip install x\n", ""),
        (
            "#cloud-config-archive\n- type: text/x-shellscript\n  content: |\n    #!/bin/sh\n    pip install x\n",
            "",
        ),
        ("<powershell>\npip install x\n</powershell>\n<persist>true</persist>", ""),
        ("IyEvYmluL3NoCnBpcCBpbnN0YWxsIHgK", ""),
        ("pip install x\n", "text/x-shellscript"),
        ("#!/bin/sh\npip install x\n", "text/cloud-config"),
    ],
)
def test_kinds(content: str, kind: str) -> None:
    found = [one for one in told(content, kind) if isinstance(one, Install)]
    assert [(one.command, one.scope.phase) for one in found] == [("pip install", "boot")]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("what is this", ""),
        ("a", "text/part-handler"),
        ("MIME-Version: 1.0\nContent-Type: multipart/mixed\n\nx", ""),
    ],
)
def test_the_rest_is_named(content: str, kind: str) -> None:
    assert [type(one) for one in told(content, kind)] == [Unread]


def test_parts_in_parts_come_to_an_end() -> None:
    nested = "x"
    for number in range(200):
        nested = f"Content-Type: multipart/mixed; boundary=b{number}\n\n--b{number}\n{nested}\n--b{number}--\n"
    assert len(told(nested)) == 1


def test_secrets_that_a_script_writes_out() -> None:
    content = (
        "#!/bin/sh\nexport AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIK7MDENGbPxRfiCY\nDB_PASSWORD='hunter2x'  # to be moved\n"
        "API_TOKEN=$(fetch token)\nSECRET=$OTHER\nMODE=production\nPASSWORD_FILE=/run/secret\n"
    )
    found = [one for one in told(content) if isinstance(one, Variable)]
    assert [one.name for one in found] == ["AWS_SECRET_ACCESS_KEY", "DB_PASSWORD"]
    assert text_at(content, found[1].place_of("value")) == "hunter2x"


@pytest.mark.parametrize(
    "commands",
    ["[snap install a, [snap, install, b]]", "{01: snap install a, 02: [snap, install, b]}"],
)
def test_commands_of_snap(commands: str) -> None:
    found = told(f"#cloud-config\nsnap: {{commands: {commands}}}\n")
    names = [package.name for one in found if isinstance(one, Install) for package in one.packages]
    assert names == ["a", "b"]
