"""What supervisors start, and scripts that a here-document writes: read as what a container starts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from immutable_delivery.pipeline.run import run
from immutable_delivery.pipeline.settings import Request

BASE = "FROM shop/base:1.2.3\n"
CONFIGURATION = "[program:a]\ncommand=sh -c 'npm install && node a.js'\n"


def installed(folder: Path, files: dict[str, str]) -> list[str]:
    """Return where a container installs something when it starts."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    request = Request(select=("install-at-start",), today=date(2026, 11, 29))
    found = run(folder, request).report.findings
    return [
        f"{one.place.file}:{files[one.place.file].count(chr(10), 0, one.place.span.start) + 1}"
        for one in found
    ]


@pytest.mark.parametrize(
    ("files", "where"),
    [
        (
            {
                "Dockerfile": f'{BASE}COPY s.conf /etc/s.conf\nCMD ["supervisord", "-c", "/etc/s.conf"]\n',
                "s.conf": CONFIGURATION,
            },
            "s.conf:2",
        ),
        (
            {
                "Dockerfile": f'{BASE}COPY conf /etc/supervisor/conf.d\nCMD ["/usr/bin/supervisord"]\n',
                "conf/a.conf": CONFIGURATION,
            },
            "conf/a.conf:2",
        ),
        (
            {
                "Dockerfile": f'{BASE}COPY root/ /\nENTRYPOINT ["/init"]\n',
                "root/etc/services.d/web/run": "#!/bin/sh\npip install x\nexec web\n",
            },
            "root/etc/services.d/web/run:2",
        ),
        (
            {
                "Dockerfile": f'{BASE}COPY web.service /etc/systemd/system/\nCMD ["/sbin/init"]\n',
                "web.service": "[Service]\nExecStartPre=-/usr/bin/pip install x\nExecStart=/web\n",
            },
            "web.service:2",
        ),
        (
            {
                "Dockerfile": f"{BASE}RUN cat > /e.sh <<'E'\n#!/bin/sh\npip install x\nexec /x\nE\n"
                'ENTRYPOINT ["sh", "/e.sh"]\n'
            },
            "Dockerfile:4",
        ),
        (
            {
                "Dockerfile": f"{BASE}RUN tee /e.sh <<'E'\npip install x\nE\nCMD sh /e.sh\n",
            },
            "Dockerfile:3",
        ),
        (
            {
                "compose.yaml": "services:\n  web:\n    image: shop/web:1.2.3\n    command:\n      - sh\n      - -c\n"
                "      - |\n        cat > /e.sh <<'E'\n        pip install x\n        E\n        sh /e.sh\n"
            },
            "compose.yaml:9",
        ),
    ],
    ids=["named", "where it looks", "s6", "systemd", "cat", "tee", "in one command"],
)
def test_what_is_started_installs(tmp_path: Path, files: dict[str, str], where: str) -> None:
    assert installed(tmp_path, files) == [where]


@pytest.mark.parametrize(
    "files",
    [
        {"Dockerfile": f'{BASE}COPY s.conf /x.conf\nCMD ["web"]\n', "s.conf": CONFIGURATION},
        {"Dockerfile": f"{BASE}RUN cat > /e.sh <<'E'\npip install x\nE\nCMD [\"/web\"]\n"},
        {
            "Dockerfile": f'{BASE}COPY s.conf /etc/supervisord.conf\nCMD ["supervisord"]\n',
            "s.conf": "[program:a]\ncommand=supervisord\n; command=pip install x\n",
        },
    ],
    ids=["nothing reads it", "nothing runs it", "itself, and a comment"],
)
def test_what_is_not_started_installs_nothing(tmp_path: Path, files: dict[str, str]) -> None:
    assert installed(tmp_path, files) == []


HOOK = "#!/bin/sh\npip install x\n"


@pytest.mark.parametrize(
    ("files", "where"),
    [
        ({"Dockerfile": "FROM nginx:1.27.3\nCOPY h/ /docker-entrypoint.d/\n", "h/1.sh": HOOK}, ["h/1.sh:2"]),
        ({"Dockerfile": f"{BASE}COPY h.sh /etc/my_init.d/1.sh\n", "h.sh": HOOK}, ["h.sh:2"]),
        (
            {"Dockerfile": f"{BASE}COPY h /etc/cont-init.d/1\n", "h": "#!/usr/bin/with-contenv bash\npip install x\n"},
            ["h:2"],
        ),
        (
            {"Dockerfile": f'{BASE}COPY h.sh /docker-entrypoint.d/1.sh\nENTRYPOINT ["/docker-entrypoint.sh"]\n', "h.sh": HOOK},
            ["h.sh:2"],
        ),
        ({"Dockerfile": f'{BASE}COPY h.sh /docker-entrypoint.d/1.sh\nENTRYPOINT ["web"]\n', "h.sh": HOOK}, []),
        ({"Dockerfile": f"{BASE}COPY h.sh /docker-entrypoint-initdb.d/1.sh\n", "h.sh": HOOK}, []),
        ({"Dockerfile": f"{BASE}COPY h.sh /srv/1.sh\n", "h.sh": HOOK}, []),
        (
            {
                "compose.yaml": "services:\n  a:\n    image: shop/a:1\n    volumes: [./h:/docker-entrypoint.d:ro]\n",
                "h/1.sh": HOOK,
            },
            ["h/1.sh:2"],
        ),
    ],
)  # fmt: skip
def test_the_hooks_of_an_image_run_at_each_start(
    tmp_path: Path, files: dict[str, str], where: list[str]
) -> None:
    assert installed(tmp_path, files) == where


@pytest.mark.parametrize(
    ("copy", "start", "text", "where"),
    [
        ("/etc/crontabs/root", "crond -f", "# at night\n0 1 * * * pip install x\n", ["tab:2"]),
        ("/etc/cron.d/a", "cron -f", "MAILTO=a\n*/5 * * * * root npm install\n", ["tab:2"]),
        ("/etc/cron.d/a", "/usr/sbin/cron -f", "@daily root npm install\n", ["tab:1"]),
        ("/tab", "supercronic /tab", "*/5 * * * * npm install\n", ["tab:1"]),
        ("/etc/periodic/daily/a", "crond -f", "#!/bin/sh\nnpm install\n", ["tab:2"]),
        ("/etc/cron.d/a", "web", "*/5 * * * * root npm install\n", []),
        ("/etc/crontabs/root", "crond -f", "0 1 * * * /bin/backup\n", []),
    ],
)
def test_what_a_schedule_runs(
    tmp_path: Path, copy: str, start: str, text: str, where: list[str]
) -> None:
    files = {"Dockerfile": f"{BASE}COPY tab {copy}\nCMD {start}\n", "tab": text}
    assert installed(tmp_path, files) == where


@pytest.mark.parametrize(
    ("copy", "path"),
    [
        ("COPY . /", "etc/cron.d/a"),
        ("COPY rootfs /", "rootfs/etc/cron.d/a"),
        ("COPY rootfs/etc /etc/", "rootfs/etc/cron.d/a"),
        ("COPY jobs /etc/cron.d", "jobs/a"),
        ("COPY jobs/a /etc/cron.d/", "jobs/a"),
        ("WORKDIR /etc\nCOPY . .", "cron.d/a"),
    ],
)
def test_a_schedule_lies_where_a_folder_was_copied_to(tmp_path: Path, copy: str, path: str) -> None:
    beside = {"web/a": "x", "etc.d/b": "x", "a": "x"}
    tab = "@daily root npm install\n"
    files = {"Dockerfile": f"{BASE}{copy}\nCMD cron -f\n", path: tab, **beside}
    assert installed(tmp_path, files) == [f"{path}:1"]
