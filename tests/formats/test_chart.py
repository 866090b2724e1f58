"""Charts: what they deploy, and that each value is blamed where a person would change it."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping
from time import process_time

import pytest
from tests.kit import PATIENCE

from immutable_delivery.context import UNCONFIGURED
from immutable_delivery.facts import Container, Fact, File, Image, Mount, Source, Start
from immutable_delivery.links.charts import link_charts
from immutable_delivery.reading.project import Project, Reader, read
from immutable_delivery.repository.classify import classify
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Place

CHART = "apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: 1.2.3\n"
VALUES = "image:\n  repository: nginx\n  tag: latest\n"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  template:
    spec:
      containers:
      - name: main
        image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
"""
WEB = {"Chart.yaml": CHART, "values.yaml": VALUES, "templates/web.yaml": DEPLOYMENT}

Files = Mapping[str, str | bytes]


def project(files: Files) -> Project:
    memory = MemoryFiles(files)
    return read(memory, classify, Reader(memory, UNCONFIGURED))


def images(found: Project) -> list[Image]:
    return [fact for fact in found.facts if isinstance(fact, Image)]


def at(found: Project, place: Place) -> str:
    """Return file, line and what stands there."""
    text = found.texts[place.file]
    written = text.value[place.span.start : place.span.end]
    return f"{place.file}:{text.line_of(place.span.start)} {written}"


def problems(found: Project) -> list[str]:
    return [
        f"{one.path}:{found.texts[one.path].line_of(one.used_at.span.start)} {one.problem}"
        for one in found.facts
        if isinstance(one, File) and one.problem
    ]


def packed(files: Mapping[str, str], name: str = "cache") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for path, text in files.items():
            member = tarfile.TarInfo(f"{name}/{path}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return out.getvalue()


def under(folder: str, files: Files) -> dict[str, str | bytes]:
    return {f"{folder}/{path}": text for path, text in files.items()}


def test_a_tag_is_blamed_in_the_values_and_the_template_uses_it() -> None:
    found = project(WEB)
    (image,) = images(found)
    assert image.reference == "nginx:latest"
    assert at(found, image.place_of("tag")) == "values.yaml:3 latest"
    assert at(found, image.place_of("repository")) == "values.yaml:2 nginx"
    assert image.used_at.file == "templates/web.yaml"
    assert at(found, image.used_at).startswith("templates/web.yaml:10 {{ .Values.image.repository")
    assert (image.scope.defaults, image.scope.deployed) == (True, True)
    assert image.scope.owner == "Deployment/web (container main)"


def test_a_tag_that_nobody_gives_is_the_version_of_the_application() -> None:
    found = project({**WEB, "values.yaml": "image: {repository: nginx}\n"})
    (image,) = images(found)
    assert image.reference == "nginx:1.2.3"
    assert at(found, image.place_of("tag")) == "Chart.yaml:4 1.2.3"


def test_what_the_template_says_is_blamed_there() -> None:
    text = DEPLOYMENT.replace('"{{ .Values.image.repository }}:', '"acme/web:v')
    found = project({**WEB, "templates/web.yaml": text})
    (image,) = images(found)
    assert image.reference == "acme/web:vlatest"
    assert at(found, image.place_of("repository")) == "templates/web.yaml:10 acme/web"


def test_whole_containers_from_values_stand_there() -> None:
    text = DEPLOYMENT + "      {{- toYaml .Values.more | nindent 6 }}\n"
    more = "more:\n- name: side\n  image: redis\n  args: [sleep, infinity]\n"
    found = project({**WEB, "values.yaml": VALUES + more, "templates/web.yaml": text})
    side = next(one for one in images(found) if one.reference == "redis")
    assert at(found, side.place_of("repository")) == "values.yaml:6 redis"
    (start,) = [fact for fact in found.facts if isinstance(fact, Start)]
    assert start.argv == ("sleep", "infinity")


def test_values_of_an_environment_are_laid_over_the_defaults() -> None:
    found = project({**WEB, "values-prod.yaml": "image: {tag: 1.27.3}\n"})
    (image,) = images(found)
    assert (image.reference, image.scope.environments) == ("nginx:1.27.3", ("prod",))
    assert at(found, image.place_of("tag")) == "values-prod.yaml:1 1.27.3"


def test_values_of_development_leave_the_defaults_to_be_judged() -> None:
    found = project({**WEB, "values-dev.yaml": "image: {tag: edge}\n"})
    said = {image.reference: image.scope.development for image in images(found)}
    assert said == {"nginx:latest": False, "nginx:edge": True}


REDIS = {
    "Chart.yaml": "apiVersion: v2\nname: cache\nversion: 7.1.0\n",
    "values.yaml": "image: {repository: redis, tag: latest}\n",
    "templates/cache.yaml": DEPLOYMENT,
}
NEEDS = "dependencies:\n- {name: cache, version: 7.x, repository: https://charts.example}\n"


@pytest.mark.parametrize("how", ["folder", "packed"])
def test_a_chart_of_somebody_else_is_judged_where_our_values_decide(how: str) -> None:
    vendored = (
        under("charts/cache", REDIS)
        if how == "folder"
        else {"charts/cache-7.1.0.tgz": packed(REDIS)}
    )
    own = {**WEB, "Chart.yaml": CHART + NEEDS, **vendored}
    assert [one.reference for one in images(project(own))] == ["nginx:latest"]
    found = project({**own, "values.yaml": VALUES + "cache: {image: {tag: edge}}\n"})
    theirs = next(one for one in images(found) if one.repository == "redis")
    assert theirs.reference == "redis:edge"
    assert at(found, theirs.place_of("tag")) == "values.yaml:4 edge"
    places = (place for fact in found.facts for place in (fact.used_at, *fact.places.values()))
    assert not [place for place in places if place.file.startswith("charts/")]


def test_a_chart_in_a_chart_that_nobody_published_is_ours() -> None:
    found = project({**WEB, **under("charts/cache", REDIS)})
    assert {one.reference for one in images(found)} == {"nginx:latest", "redis:latest"}


def test_a_chart_beside_it_is_taken_as_if_it_had_been_vendored() -> None:
    needs = (
        "dependencies:\n- {name: cache, version: 7.x, repository: file://../cache, alias: store}\n"
    )
    own = {**WEB, "Chart.yaml": CHART + needs, "values.yaml": VALUES + "store: {image: {tag: a}}\n"}
    found = project({**under("web", own), **under("cache", REDIS)})
    assert {one.reference for one in images(found)} == {"nginx:latest", "redis:a", "redis:latest"}


def test_conditions_and_tags_turn_charts_off() -> None:
    needs = (
        "dependencies:\n- {name: cache, version: 7.x, repository: '', condition: cache.enabled}\n"
    )
    own = {**WEB, "Chart.yaml": CHART + needs, **under("charts/cache", REDIS)}
    on = {one.reference for one in images(project(own))}
    off = project({**own, "values.yaml": VALUES + "cache: {enabled: no}\n"})
    assert (on, [one.reference for one in images(off)]) == (
        {"nginx:latest", "redis:latest"}, ["nginx:latest"],
    )  # fmt: skip


def test_a_chart_that_is_not_here_hides_only_what_it_would_have_decided() -> None:
    text = DEPLOYMENT.replace("name: {{ .Release.Name }}", 'name: {{ include "lib.name" . }}')
    text += '      - name: other\n        image: {{ include "lib.image" . }}\n'
    needs = "dependencies:\n- {name: lib, version: 1.2.3, repository: https://charts.example}\n"
    found = project({**WEB, "Chart.yaml": CHART + needs, "templates/web.yaml": text})
    assert [one.reference for one in images(found)] == ["nginx:latest", None]
    assert images(found)[1].unresolved == "the chart 'lib'"
    assert problems(found) == []


def test_what_an_absent_chart_would_say_is_neither_absent_nor_guessed() -> None:
    text = """\
apiVersion: {{ include "lib.api" . }}
kind: Deployment
metadata:
  name: {{ template "lib.name" . }}
  labels: {{- include "lib.labels" . | nindent 4 }}
spec:
  template:
    metadata:
      labels: {{- include "lib.labels" . | nindent 8 }}
        app: web
    spec:
      {{- include "lib.pull" . | nindent 6 }}
      containers:
      {{- include "lib.sidecar" . | nindent 6 }}
      - name: main
        image: redis
        securityContext: {{- include "lib.security" . | nindent 10 }}
      - name: second
        image: redis
        {{- include "lib.more" . | nindent 8 }}
      - {name: third, image: redis}
"""
    needs = "dependencies:\n- {name: lib, version: 1.2.3, repository: https://charts.example}\n"
    found = project({**WEB, "Chart.yaml": CHART + needs, "templates/web.yaml": text})
    said = [fact for fact in found.facts if isinstance(fact, Container)]
    assert [(one.name, one.read_only_root) for one in said] == [
        ("main", None), ("second", None), ("third", False),
    ]  # fmt: skip
    assert problems(found) == []


def test_a_template_that_calls_itself_where_nothing_decides_ends() -> None:
    helper = '{{ define "a" }}{{ if .x }}{{ include "a" . }}{{ include "a" . }}{{ end }}{{ end }}'
    text = DEPLOYMENT + '        args: ["{{ include "a" (dict "x" (randAlpha 3)) }}"]\n'
    found = project({**WEB, "templates/_a.tpl": helper, "templates/web.yaml": text})
    assert [one.reference for one in images(found)] == ["nginx:latest"]
    assert problems(found) == []


@pytest.mark.parametrize(
    ("version", "lock", "pin"),
    [
        ("1.2.3", "", "exact"),
        ("^1.2", "", "partial"),
        ("'*'", "", "alias"),
        ("^1.2", "dependencies:\n- {name: lib, version: 1.4.0}\n", "exact"),
        ("^1.2", "dependencies:\n- {name: lib, version: 2.0.0}\n", "partial"),
    ],
)
def test_a_lock_that_helm_enforces_fixes_a_range(version: str, lock: str, pin: str) -> None:
    needs = f"dependencies:\n- {{name: lib, version: {version}, repository: https://c.example}}\n"
    files = {"Chart.yaml": CHART + needs} | ({"Chart.lock": lock} if lock else {})
    (source,) = [fact for fact in project(files).facts if isinstance(fact, Source)]
    assert (source.pin, source.url) == (pin, "https://c.example/lib")


def test_needs_of_an_old_chart_stand_in_requirements() -> None:
    files = {
        "Chart.yaml": "name: web\nversion: 1.0.0\n",
        "requirements.yaml": "dependencies:\n- {name: lib, version: 1.x, repository: '@stable'}\n",
    }
    found = project(files)
    (source,) = [fact for fact in found.facts if isinstance(fact, Source)]
    assert at(found, source.place_of("ref")) == "requirements.yaml:2 1.x"


def test_a_value_that_is_required_leaves_the_rest_judged() -> None:
    needy = DEPLOYMENT.replace(".Values.image.repository", 'required "say which" .Values.which')
    found = project({**WEB, "templates/other.yaml": needy})
    assert [one.reference for one in images(found)] == ["nginx:latest"]
    assert problems(found) == []
    assert "say which" in found.inputs["templates/other.yaml"].skipped


def test_a_broken_template_is_unreadable_at_its_place() -> None:
    found = project({**WEB, "templates/broken.yaml": "kind: Pod\na: {{ if }}\n"})
    assert [one.reference for one in images(found)] == ["nginx:latest"]
    (problem,) = problems(found)
    assert problem.startswith("templates/broken.yaml:2 ")


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"values.yaml": "- a\n"}, "values.yaml:1 Helm takes a mapping"),
        ({"values.yaml": "a:\n\tb: 1\n"}, "values.yaml:2 "),
        ({"charts/x.tgz": b"no gzip"}, "charts/x.tgz:1 is no packed chart"),
        ({"charts/x.tgz": gzip.compress(bytes(80_000_000))}, "charts/x.tgz:1 unpacks to more than"),
        ({"Chart.yaml": "name: ../web\nversion: 1.0.0\n"}, "Chart.yaml:1 is no chart"),
    ],
    ids=["list", "tab", "no-archive", "bomb", "name"],
)
def test_bad_input_is_told_at_its_place(files: Files, problem: str) -> None:
    (told,) = problems(project({**WEB, **files}))
    assert told.startswith(problem)


def test_templates_that_call_themselves_end() -> None:
    helper = '{{ define "a" }}{{ include "a" . }}{{ end }}'
    text = DEPLOYMENT.replace("name: {{ .Release.Name }}", 'name: {{ include "a" . }}')
    found = project({**WEB, "templates/_a.tpl": helper, "templates/other.yaml": text})
    assert [one.split(" ")[0] for one in problems(found)] != []


def test_charts_that_need_each_other_end() -> None:
    def chart(name: str, other: str) -> Files:
        needs = f"dependencies:\n- {{name: {other}, version: 1.x, repository: file://../{other}}}\n"
        return under(name, {**WEB, "Chart.yaml": CHART.replace("web", name) + needs})

    found = project({**chart("a", "b"), **chart("b", "a")})
    assert {one.reference for one in images(found)} == {"nginx:latest"}


HOSTILE = {
    "loops": "{{ range until 2000 }}{{ range until 2000 }}{{ range until 2000 }}{{ . }}{{ end }}{{ end }}{{ end }}",
    "doubling": '{{ $a := "0123456789" }}' + "{{ $a = print $a $a }}" * 40 + "kind: {{ $a }}",
    "recursion": '{{ define "b" }}{{ include "b" . }}{{ include "b" . }}{{ end }}{{ include "b" . }}',
    "lists": "{{ $l := until 100000 }}" + "{{ $l = concat $l $l $l }}" * 30,
    "pattern": '{{ regexMatch "^(a+)+$" (repeat 60 "a" | printf "%sb") }}kind: a',
    "nested": "kind: a\nb: " + "[" * 50_000,
    "text": '{{ repeat 2000000000 "a" }}',
}


@pytest.mark.parametrize("how", HOSTILE)
def test_a_hostile_template_costs_little_and_others_go_on(how: str) -> None:
    began = process_time()
    found = project(
        {**under("bad", {**WEB, "templates/a.yaml": HOSTILE[how]}), **under("good", WEB)}
    )
    assert process_time() - began < 10 * PATIENCE
    assert "good/values.yaml" in {one.place_of("tag").file for one in images(found)}


def test_a_hostile_template_is_unreadable_at_its_place() -> None:
    (told,) = problems(project({**WEB, "templates/a.yaml": f"a: b\n{HOSTILE['loops']}"}))
    assert told.startswith("templates/a.yaml:2 ")


def test_charts_that_multiply_end() -> None:
    def chart(number: int) -> Files:
        needs = "".join(
            f"- {{name: c{number + 1}, alias: x{copy}, version: 1.x, repository: file://../c{number + 1}}}\n"
            for copy in range(10)
        )
        about = f"apiVersion: v2\nname: c{number}\nversion: 1.0.0\n"
        more = f"dependencies:\n{needs}" if number < 6 else ""
        return under(f"c{number}", {**WEB, "Chart.yaml": about + more})

    found = project({path: text for number in range(7) for path, text in chart(number).items()})
    assert any("takes more than" in problem for problem in problems(found))


def test_a_chart_in_a_folder_with_spaces() -> None:
    found = project(under("my charts/web app", WEB))
    assert at(found, images(found)[0].place_of("tag")) == "my charts/web app/values.yaml:3 latest"


def test_a_later_key_counts() -> None:
    found = project({**WEB, "values.yaml": VALUES + "image: {repository: b, tag: c}\n"})
    assert [one.reference for one in images(found)] == ["b:c"]


def test_what_the_chart_ignores_is_no_template() -> None:
    found = project({**WEB, ".helmignore": "# not yet\nweb.*\n"})
    assert images(found) == []


def test_a_test_of_helm_is_development() -> None:
    hook = DEPLOYMENT.replace(
        "spec:\n  template", "  annotations: {helm.sh/hook: test}\nspec:\n  template"
    )
    found = project({**WEB, "templates/tests/t.yaml": hook.replace("nginx", "a")})
    assert {one.scope.development for one in images(found)} == {True, False}


def test_a_chart_that_is_released_here_is_judged_as_released() -> None:
    release = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: shop}
spec:
  chart: {spec: {chart: ./charts/web, sourceRef: {kind: GitRepository, name: this}}}
  values: {image: {tag: 1.27.3}}
"""
    found = project({**under("charts/web", WEB), "clusters/shop.yaml": release})
    (image,) = [one for one in link_charts(found.facts) if isinstance(one, Image)]
    assert (image.reference, image.scope.defaults) == ("nginx:1.27.3", False)
    assert at(found, image.place_of("tag")) == "clusters/shop.yaml:6 1.27.3"


def test_a_library_deploys_nothing() -> None:
    assert images(project({**WEB, "Chart.yaml": CHART + "type: library\n"})) == []


def test_mounts_and_flags_from_values_are_blamed_there() -> None:
    text = (
        DEPLOYMENT
        + "        securityContext: {{- toYaml .Values.security | nindent 10 }}\n"
        + '        volumeMounts: [{name: src, mountPath: "{{ .Values.to }}"}]\n'
        + "      volumes: [{name: src, hostPath: {path: {{ .Values.from }}}}]\n"
    )
    more = "security:\n  readOnlyRootFilesystem: true\nfrom: /srv/app\nto: /app\n"
    found = project({**WEB, "values.yaml": VALUES + more, "templates/web.yaml": text})
    (mount,) = [fact for fact in found.facts if isinstance(fact, Mount)]
    assert (mount.source, mount.target) == ("/srv/app", "/app")
    assert at(found, mount.place_of("source")) == "values.yaml:6 /srv/app"
    (container,) = [fact for fact in found.facts if isinstance(fact, Container)]
    assert container.read_only_root is True
    assert at(found, container.place_of("read_only_root")) == "values.yaml:5 true"


def test_templates_outside_of_a_chart_are_as_before() -> None:
    found = project({"templates/web.yaml": DEPLOYMENT})
    assert images(found) == []
    assert found.inputs["templates/web.yaml"].skipped.startswith("template:")


def test_comments_silence_in_values_and_templates() -> None:
    text = "# imd: ignore[floating-tag] wait\n" + DEPLOYMENT + "{{/* imd: ignore[x] y */}}\na: b\n"
    found = project(
        {**WEB, "values.yaml": "# imd: ignore[a] b\n" + VALUES, "templates/web.yaml": text}
    )
    one, two = found.comments["templates/web.yaml"]
    assert one.text == "imd: ignore[floating-tag] wait"
    assert two.covers is not None
    assert text[slice(*two.covers)] == "a: b"
    assert [comment.text for comment in found.comments["values.yaml"]] == ["imd: ignore[a] b"]


def test_facts_are_the_same_whatever_the_order_of_files() -> None:
    def said(files: Files) -> list[Fact]:
        return project(files).facts

    files = {**under("a", WEB), **under("b", WEB)}
    assert said(files) == said(dict(reversed(files.items())))
