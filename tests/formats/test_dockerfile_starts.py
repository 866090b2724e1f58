"""How images start: forms, scripts of the repository, package.json, and what happens then and while building."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from immutable_delivery.facts import Build, Container, Fetch, Image, Install, Start, Unread
from immutable_delivery.source.text import Place, Span

if TYPE_CHECKING:
    Lower = Callable[..., Any]

SCRIPT = '#!/bin/sh\nset -e\n. ./lib.sh\napt-get install -y curl\nexec "$@"\n'


@pytest.mark.parametrize(
    ("body", "form", "argv"),
    [
        ('CMD ["a", "b c"]', "exec", ("a", "b c")),
        ("CMD a  b", "shell", ("a  b",)),
        ('ENTRYPOINT ["a"]', "exec", ("a",)),
        ("CMD ['a']", "shell", ("['a']",)),
    ],
)
def test_forms(lower: Lower, body: str, form: str, argv: tuple[str, ...]) -> None:
    found = lower(f"FROM a\n{body}\n")
    start = found.one(Start)
    assert (start.form, start.argv, start.scope.phase) == (form, argv, "start")
    assert bool(start.json_error) == body.startswith("CMD ['")
    assert found.written(start.used_at) == body.partition(" ")[2]


def test_a_health_check_is_a_probe(lower: Lower) -> None:
    found = lower("FROM a\nHEALTHCHECK --interval=3s CMD  curl -f x\nHEALTHCHECK NONE\n")
    start = found.one(Start)
    assert (start.origin, start.form, start.scope.phase) == ("HEALTHCHECK", "shell", "probe")
    assert found.written(start.used_at) == "curl -f x"


def test_what_is_replaced_does_nothing(lower: Lower) -> None:
    found = lower(
        "FROM a AS base\nCMD apt-get install -y one\nFROM base\nCMD apt-get install -y two\nCMD apt-get install -y three\n"
    )
    assert [(s.text[-5:], s.overridden) for s in found.of(Start)] == [
        ("y one", True),
        ("y two", True),
        ("three", False),
    ]
    assert [i.packages[0].name for i in found.of(Install)] == ["three"]


def test_the_shell_form_of_entrypoint_ignores_the_command(lower: Lower) -> None:
    found = lower('FROM a\nENTRYPOINT exec server\nCMD ["pip", "install", "x"]\n')
    assert [start.overridden for start in found.of(Start)] == [False, True]
    assert not found.of(Install)


def test_what_starts_elsewhere_does_not_ship(lower: Lower) -> None:
    found = lower("FROM a AS dev\nCMD pip install x\nFROM b\nCOPY --from=dev x y\nCMD z\n")
    assert [start.scope.shipped for start in found.of(Start)] == [False, True]
    assert [install.scope.shipped for install in found.of(Install)] == [False]


@pytest.mark.parametrize(
    "body",
    [
        'COPY run.sh lib.sh ./\nENTRYPOINT ["./run.sh"]',
        'COPY . /app\nENTRYPOINT ["/app/run.sh", "x"]',
        "COPY . .\nCMD ./run.sh",
        'COPY *.sh ./\nENTRYPOINT ["tini", "--", "sh", "/app/run.sh"]',
        'COPY run.sh /usr/local/bin/\nENTRYPOINT ["run.sh"]',
        'COPY run.sh /usr/local/bin/start\nCMD ["start"]',
        'COPY . .\nENTRYPOINT ["/bin/sh", "-c"]\nCMD ["./run.sh"]',
        "ADD run.sh /\nCMD exec /run.sh",
    ],
)
def test_scripts_that_the_image_starts_are_read(lower: Lower, body: str) -> None:
    files = {
        "Dockerfile": f"FROM a\nWORKDIR /app\n{body}\n",
        "run.sh": SCRIPT,
        "lib.sh": "pip install x\n",
    }
    found = lower(files)
    install = next(one for one in found.of(Install) if one.manager == "apt-get")
    assert (install.scope.phase, install.used_at.file) == ("start", "run.sh")
    assert found.written(install.extent) == "apt-get install -y curl"
    (instruction,) = install.related
    assert found.written(instruction).startswith(("CMD", "ENTRYPOINT"))
    assert "run.sh" in {start.script for start in found.of(Start)}
    assert "run.sh" in found.ctx.texts


def test_scripts_are_followed_as_far_as_they_lead(lower: Lower) -> None:
    files = {
        "Dockerfile": 'FROM a\nWORKDIR /app\nCOPY . .\nENTRYPOINT ["./run.sh"]\n',
        "run.sh": SCRIPT,
        "lib.sh": "pip install one\n/app/more.sh\n",
        "more.sh": "pip install two\n",
    }
    found = lower(files)
    installed = {p.name for one in found.of(Install) for p in one.packages}
    assert installed == {"curl", "one", "two"}
    assert found.of(Unread) == []


def test_a_file_that_loses_its_ending_on_the_way_is_still_no_script(lower: Lower) -> None:
    files = {
        "Dockerfile": 'FROM a\nCOPY tool.conf /etc/tool/config\nCMD ["/etc/tool/config"]\n',
        "tool.conf": "pip install x\n",
    }
    found = lower(files)
    assert (found.of(Install), found.one(Start).script) == ([], "")


def test_braces_in_package_json_hide_no_script(lower: Lower) -> None:
    scripts = '{"scripts": {"clean": "rm -r {a,b}", "prestart": "npm install x", "start": "x"}}'
    files = {
        "Dockerfile": 'FROM a\nWORKDIR /app\nCOPY . .\nCMD ["npm", "start"]\n',
        "package.json": scripts,
    }
    assert [one.manager for one in lower(files).of(Install)] == ["npm"]


def test_the_text_of_an_exec_form_says_where_its_words_end(lower: Lower) -> None:
    found = lower({"Dockerfile": 'FROM a\nENTRYPOINT ["sh", "-c", "a b"]\nCMD a b\n'})
    assert [start.text for start in found.of(Start)] == ["sh -c 'a b'", "a b"]


def test_scripts_that_a_build_runs_are_read(lower: Lower) -> None:
    files = {
        "Dockerfile": "FROM a\nCOPY build.sh /tmp/\nRUN /tmp/build.sh\n",
        "build.sh": "apt-get install -y curl\n",
    }
    install = lower(files).one(Install)
    assert (install.scope.phase, install.used_at.file) == ("build", "build.sh")


def test_heredocs_that_become_scripts_are_read(lower: Lower) -> None:
    found = lower(
        'FROM a\nCOPY <<-"EOF" /run.sh\n\t#!/bin/sh\n\tpip install x\n\tEOF\nCMD ["/run.sh"]\n'
    )
    install = found.one(Install)
    assert install.scope.phase == "start"
    assert found.written(install.packages[0].place) == "x"
    assert found.written(install.extent).startswith("COPY")


def test_a_built_program_is_not_what_it_is_built_from(lower: Lower) -> None:
    found = lower(
        {
            "Dockerfile": 'FROM a AS b\nCOPY * ./\nRUN make\nFROM c\nCOPY --from=b /app /app\nCMD ["/app"]\n',
            "build": "pip install x\n",
        }
    )
    assert not found.of(Install)
    assert found.one(Start).script == ""


@pytest.mark.parametrize("first", ["#!/usr/bin/env python3\n", "#!/usr/bin/perl -w\n"])
def test_programs_that_are_no_shell_scripts_are_not(lower: Lower, first: str) -> None:
    files = {"Dockerfile": 'FROM a\nCOPY run /\nCMD ["/run"]\n', "run": f"{first}pip install x\n"}
    assert not lower(files).of(Install)


@pytest.mark.parametrize(
    ("body", "server"),
    [
        ('CMD ["npm", "start"]', "nodemon server.js"),
        ("CMD npm run dev", "vite"),
        ('ENTRYPOINT ["npm"]\nCMD ["start"]', "nodemon server.js"),
        ("CMD cd /app && exec yarn dev", "vite"),
        ('CMD ["npm", "run", "serve"]', "node server.js"),
        ('CMD ["flask", "run", "--debug"]', "flask run --debug"),
    ],
)
def test_development_servers(lower: Lower, body: str, server: str) -> None:
    package = '{"name": "x", "scripts": {"start": "nodemon server.js", "dev": "npm run again", "again": "vite", "serve": "node server.js"}}'
    files = {
        "Dockerfile": f"FROM node\nWORKDIR /app\nCOPY package.json ./\n{body}\n",
        "package.json": package,
    }
    found = lower(files)
    servers = [start for start in found.of(Start) if start.dev_server]
    assert [start.dev_server for start in servers] == (
        [] if server == "node server.js" else [server]
    )
    for start in servers:
        assert found.at(start, "dev_server").strip('[]"').replace('", "', " ") == server


@pytest.mark.parametrize(
    "scripts",
    ['{"start": "npm install && node ."}', '{"prestart": "npm install", "start": "node ."}'],
)
def test_package_scripts_install_too(lower: Lower, scripts: str) -> None:
    package = f'{{"scripts": {scripts}}}'
    found = lower(
        {"Dockerfile": "FROM node\nCOPY package.json ./\nCMD npm start\n", "package.json": package}
    )
    install = next(one for one in found.of(Install) if one.used_at.file == "package.json")
    assert install.scope.phase == "start"


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("RUN apt-get install -y curl", ["curl"]),
        ('RUN ["apt-get", "install", "-y", "curl"]', ["curl"]),
        ("RUN <<EOF\napt-get install -y \\\n  curl\nEOF", ["curl"]),
        ("RUN <<EOF bash\napt-get install -y curl\nEOF", ["curl"]),
        ("RUN <<EOF\n#!/usr/bin/env python3\napt-get install -y curl\nEOF", []),
        ("RUN --mount=type=cache,target=/x --network=none apt-get install -y curl", ["curl"]),
        ("RUN apt-get install -y \\\n  # why\n\n  cu\\\nrl", ["curl"]),
        ("ONBUILD RUN apt-get install -y curl", ["curl"]),
        ("ARG P=curl\nRUN apt-get install -y $P", ["curl"]),
        ("ENV P=one\nENV P=curl\nRUN apt-get install -y $P", ["curl"]),
        ('SHELL ["powershell", "-Command"]\nRUN apt-get install -y curl', []),
        ("run apt-get install -y curl", ["curl"]),
    ],
)
def test_what_a_build_runs(lower: Lower, body: str, names: list[str]) -> None:
    found = lower(f"FROM a\n{body}\n")
    packages = [package for one in found.of(Install) for package in one.packages]
    assert [package.name for package in packages] == names
    for install in found.of(Install):
        assert install.scope.phase == "build"
        assert found.written(install.extent).split(maxsplit=1)[0] in {"RUN", "ONBUILD", "run"}


def test_the_place_of_a_package_in_a_variable_is_where_it_is_set(lower: Lower) -> None:
    found = lower("FROM a\nARG P=curl\nRUN apt-get install -y $P\n")
    assert found.written(found.one(Install).packages[0].place) == "curl"


def test_requirement_files_are_found_through_copies(lower: Lower) -> None:
    files = {
        "web/Dockerfile": "FROM python\nWORKDIR /srv\nCOPY needs.txt /tmp/r.txt\nRUN pip install -r /tmp/r.txt\n",
        "web/needs.txt": "flask\nrequests==2.32.3\n",
    }
    found = lower(files, path="web/Dockerfile")
    packages = {p.name: p for one in found.of(Install) for p in one.packages}
    assert packages["flask"].place.file == "web/needs.txt"


def test_what_add_brings_can_be_run(lower: Lower) -> None:
    found = lower(
        "FROM a\nADD https://x.org/main/install.sh /tmp/install.sh\nRUN sh /tmp/install.sh\n"
    )
    assert [fetch.executed for fetch in found.of(Fetch)] == ["file"]


def test_a_build_makes_an_image_with_code(lower: Lower) -> None:
    found = lower("FROM golang\nRUN go build ./...\n")
    assert found.one(Container).adds_code


def test_a_context_elsewhere_brings_no_scripts(lower: Lower) -> None:
    files = {"Dockerfile": 'FROM a\nCOPY run.sh /\nCMD ["/run.sh"]\n', "run.sh": SCRIPT}
    builds = [Build(dockerfile="Dockerfile", context=None, place=Place("c", Span(0, 1)))]
    assert not lower(files, builds=builds).of(Install)


def test_task_runners_do_not_tell_what_they_run(lower: Lower) -> None:
    script = '#!/bin/bash\ninstall() {\n  pip install x\n}\nbuild() {\n  make\n}\n"${@:-help}"\n'
    files = {"Dockerfile": "FROM a\nCOPY . /w\nRUN /w/run build\n", "run": script}
    assert not lower(files).of(Install)


@pytest.mark.parametrize(
    ("before", "name"),
    [("packages=curl set -x", "curl"), ("packages=curl true", "")],
)
def test_assignments_before_a_special_builtin_stay(lower: Lower, before: str, name: str) -> None:
    found = lower(f"FROM scratch\nRUN {before} && apk add ${{packages:-}}\n")
    names = [package.name for one in found.of(Install) for package in one.packages]
    assert names == ([name] if name else [])


@pytest.mark.parametrize(
    ("rules", "packages"), [("*.md\n", ["curl"]), ("start.sh\n", []), ("*\n!start.sh\n", ["curl"])]
)
@pytest.mark.parametrize("copied", ["start.sh", "."])
def test_what_the_ignore_file_keeps_out_is_not_started(
    lower: Lower, rules: str, packages: list[str], copied: str
) -> None:
    files = {
        "Dockerfile": f'FROM a\nCOPY {copied} /app/\nENTRYPOINT ["/app/start.sh"]\n',
        "start.sh": "#!/bin/sh\napt-get install -y curl\n",
        ".dockerignore": rules,
    }
    found = lower(files)
    assert [i.packages[0].name for i in found.of(Install)] == packages


def test_what_a_project_depends_on_is_read_like_requirements(lower: Lower) -> None:
    project = (
        '[project]\nname = "web"\nversion = "0.1.0"\ndependencies = [\n'
        '  "flask[async]>=3", # "no"\n  \'httpx==0.27.2; python_version > "3.11"\',\n]\n[tool.uv]\npackage = false\n'
    )
    files = {
        "Dockerfile": "FROM a\nCOPY pyproject.toml .\nRUN uv pip install -r pyproject.toml\n",
        "pyproject.toml": project,
    }
    found = lower(files)
    packages = found.one(Install).packages
    assert [(package.name, package.pin) for package in packages] == [
        ("flask", "partial"),
        ("httpx", "exact"),
    ]
    assert found.written(packages[0].place) == "flask[async]>=3"


def test_bases_that_skaffold_builds_before_are_no_images(lower: Lower) -> None:
    place = Place("skaffold.yaml", Span(0, 1))
    build = Build(
        dockerfile="Dockerfile", args={"BASE": "r/Base"}, contexts={"r/base": None}, place=place
    )
    assert not lower("ARG BASE\nFROM $BASE\n", builds=[build]).of(Image)


@pytest.mark.parametrize(
    ("script", "pins"),
    [
        ("go install a.com/b c.com/d", ["exact", "exact"]),
        ("go run a.com/b", ["exact"]),
        ("go install a.com/b@latest", ["alias"]),
        ("go get a.com/b", ["none"]),
        ("cd /tmp && go install a.com/b", ["none"]),
    ],
)
def test_a_module_says_which_tools_it_means(lower: Lower, script: str, pins: list[str]) -> None:
    files = {
        "Dockerfile": f"FROM golang\nRUN go install e.com/f\nWORKDIR /src\nCOPY . .\nRUN {script}\n",
        "go.mod": "module a\n",
        "go.sum": "",
    }
    packages = [package for install in lower(files).of(Install) for package in install.packages]
    assert [package.pin for package in packages] == ["none", *pins]


@pytest.mark.parametrize(
    ("body", "file"),
    [
        (
            "RUN --mount=type=bind,source=list.txt,target=/tmp/x.txt pip install -r /tmp/x.txt",
            "list.txt",
        ),
        ("RUN --mount=target=. pip install -r list.txt", "list.txt"),
        ("ARG T=/s\nRUN --mount=src=s,dst=$T /s/in.sh", "s/in.sh"),
        ("RUN --mount=type=bind,source=s/in.sh,target=in.sh sh -e in.sh", "s/in.sh"),
        ("RUN --mount=type=cache,source=s,target=/s /s/in.sh", ""),
        ("RUN --mount=source=s,target=/s,from=other /s/in.sh", ""),
        ("ONBUILD RUN --mount=source=s,target=/s /s/in.sh", ""),
        ("RUN --mount=source=s,target=/s true\nRUN /s/in.sh", ""),
    ],
)
def test_a_bind_mount_brings_files_for_one_instruction(lower: Lower, body: str, file: str) -> None:
    found = lower(
        {
            "Dockerfile": f"FROM node\nWORKDIR /app\n{body}\n",
            "list.txt": "flask\n",
            "s/in.sh": "#!/bin/sh\npip install flask\n",
        }
    )
    named = [p.place.file for one in found.of(Install) for p in one.packages if p.name == "flask"]
    assert named == ([file] if file else [])
