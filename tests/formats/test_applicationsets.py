"""Application sets: the parameters that generators give, what the template becomes, and where a person would edit it."""

from __future__ import annotations

from collections.abc import Mapping as Held
from time import process_time

import pytest
from tests.conftest import Repository
from tests.kit import PATIENCE

from immutable_delivery.context import ParseContext
from immutable_delivery.facts import Fact, Source, Unread, Variable
from immutable_delivery.formats import kubernetes
from immutable_delivery.formats.kubernetes.applicationsets.generators import Generators
from immutable_delivery.formats.kubernetes.applicationsets.gotemplates import AsGo
from immutable_delivery.formats.kubernetes.applicationsets.parameters import flat, normalized
from immutable_delivery.formats.kubernetes.applicationsets.templates import ByName
from immutable_delivery.source.files import MemoryFiles
from immutable_delivery.source.text import Text
from immutable_delivery.syntax.yaml import Mapping, documents

FILES = {
    "apps/web_one/kustomization.yaml": "",
    "apps/api/base/x.yaml": "",
    "apps/.hidden/x.yaml": "",
    "clusters/one/config.json": '{"cluster": {"name": "one", "ids": [1, 2]}}',
    "clusters/two/config.yaml": "- {name: two}\n- {name: three}\n",
    "clusters/two/empty.yaml": "",
    "clusters/two/broken.yaml": "a: [",
}
URL = "https://git.example/shop/web.git"


def given(
    generator: str, *, go: bool = False, most: int = 1000, files: Held[str, str] = FILES
) -> list[dict[str, str]]:
    root = documents(Text("set.yaml", generator))[0].root
    assert isinstance(root, Mapping)
    ctx = ParseContext(MemoryFiles(files))
    generators = Generators(ctx, AsGo(ctx) if go else ByName(), most=most)
    return [{name: value.text for name, value in flat(one.values)} for one in generators.of(root)]


@pytest.mark.parametrize(
    ("generator", "sets"),
    [
        ("list: {elements: [{cluster: a, url: b}, {cluster: c, values: {x: y}}]}", [{"cluster": "a", "url": "b"}, {"cluster": "c", "values.x": "y"}]),
        ("list: {elements: []}", []),
        ('list: {elementsYaml: "[{a: b}]"}', [{"a": "b"}]),
        (f"git: {{repoURL: '{URL}', directories: [{{path: apps/*}}], values: {{n: 'x-{{{{path.basename}}}}'}}}}", [
            {"path": "apps/api", "path.basename": "api", "path.basenameNormalized": "api", "path[0]": "apps", "path[1]": "api", "values.n": "x-api"},
            {"path": "apps/web_one", "path.basename": "web_one", "path.basenameNormalized": "web-one", "path[0]": "apps", "path[1]": "web_one",
             "values.n": "x-web_one"},
        ]),
        ("git: {directories: [{path: apps/*}, {path: apps/api, exclude: true}], pathParamPrefix: my}", [
            {"my.path": "apps/web_one", "my.path.basename": "web_one", "my.path.basenameNormalized": "web-one", "my.path[0]": "apps", "my.path[1]": "web_one"},
        ]),
        ("git: {directories: [{path: apps/none*}]}", []),
        ("git: {files: [{path: 'clusters/**/config.json'}]}", [
            {"cluster.name": "one", "cluster.ids.0": "1", "cluster.ids.1": "2", "path": "clusters/one", "path.basename": "one",
             "path.basenameNormalized": "one", "path.filename": "config.json", "path.filenameNormalized": "config.json", "path[0]": "clusters",
             "path[1]": "one"},
        ]),
        ("matrix: {generators: [{list: {elements: [{a: '1'}, {a: '2'}]}}, {list: {elements: [{b: 'x{{a}}'}]}}]}",
         [{"a": "1", "b": "x1"}, {"a": "2", "b": "x2"}]),
        ("merge: {mergeKeys: [a], generators: [{list: {elements: [{a: '1', b: x}, {a: '2', b: x}]}}, {list: {elements: [{a: '2', b: y}, {a: '3'}]}}]}",
         [{"a": "1", "b": "x"}, {"a": "2", "b": "y"}]),
        ("{list: {elements: [{a: '1'}, {a: '2'}]}, selector: {matchLabels: {a: '2'}}}", [{"a": "2"}]),
        ("{list: {elements: [{a: '1'}, {b: '2'}]}, selector: {matchExpressions: [{key: a, operator: DoesNotExist}]}}", [{"b": "2"}]),
        ("{list: {elements: [{a: '1'}, {a: '2'}]}, selector: {matchExpressions: [{key: a, operator: NotIn, values: ['1']}]}}", [{"a": "2"}]),
        ("{clusters: {selector: {}, values: {revision: main}}}", [{"values.revision": "main"}]),
        ("{pullRequest: {github: {owner: a}}}", [{}]),
        ("matrix: {generators: [{list: {elements: [{a: '1'}]}}]}", []),
    ],
)  # fmt: skip
def test_what_generators_give(generator: str, sets: list[Held[str, str]]) -> None:
    assert given(generator) == sets


def test_files_that_hold_lists_nothing_or_no_yaml() -> None:
    sets = given("git: {files: [{path: 'clusters/two/*.yaml'}]}")
    assert [(one.get("name"), one["path.filename"]) for one in sets] == [
        ("two", "config.yaml"), ("three", "config.yaml"), (None, "empty.yaml"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "pattern",
    [
        "deep/*.json",
        "deep/**/c.json",
        "deep/*/c.json",
        "d?ep*c.json",
        "deep",
        "deep/a/c.json",
        "[d]eep/a/*",
    ],
)
def test_files_are_found_as_git_finds_them(pattern: str, repository: Repository) -> None:
    """Argo CD asks `git ls-files` unless its new globbing is switched on: there a star goes through folders."""
    files = dict.fromkeys(("deep/c.json", "deep/a/c.json", "deep/a/b/c.json"), "{}")
    repository.add(files)
    sets = given(f"git: {{files: [{{path: '{pattern}'}}]}}", files=files)
    found = sorted(f"{one['path']}/{one['path.filename']}" for one in sets)
    assert found == sorted(repository.git("ls-files", "--", pattern).splitlines())


def test_with_go_templates_parameters_are_a_tree() -> None:
    (one,) = given("git: {directories: [{path: apps/web*}], values: {a: b}}", go=True)
    assert one == {
        "path.path": "apps/web_one", "path.basename": "web_one", "path.basenameNormalized": "web-one", "path.segments.0": "apps",
        "path.segments.1": "web_one", "values.a": "b",
    }  # fmt: skip


def test_names_are_made_fit_for_kubernetes() -> None:
    assert [normalized(name) for name in ("Web_One", "a.b", "-x-", "ä b")] == [
        "web-one",
        "a.b",
        "x",
        "b",
    ]


def numbers(name: str) -> str:
    elements = ", ".join(f"{{{name}: '{number}'}}" for number in range(100))
    return f"{{list: {{elements: [{elements}]}}}}"


def test_generators_that_explode_are_bounded() -> None:
    inner = f"{{matrix: {{generators: [{numbers('b')}, {numbers('c')}]}}}}"
    begun = process_time()
    assert 0 < len(given(f"matrix: {{generators: [{numbers('a')}, {inner}]}}", most=2000)) <= 2000
    assert process_time() - begun < 2 * PATIENCE


SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: web}}
spec:
  generators: {generators}
  template:
    metadata: {{name: 'web-{{{{env}}}}', annotations: {{argocd-image-updater.argoproj.io/image-list: 'a=b'}}}}
    spec:
      source: {{repoURL: 'https://git.example/shop/{{{{env}}}}.git', path: deploy, targetRevision: '{{{{ revision }}}}'}}
"""


def facts(generators: str) -> tuple[str, list[Fact]]:
    content = SET.format(generators=generators)
    document = kubernetes.parse(Text("set.yaml", content))
    ctx = ParseContext(MemoryFiles({**FILES, "set.yaml": content}))
    return content, [
        one for one in kubernetes.facts({"set.yaml": document}, ctx) if isinstance(one, Fact)
    ]


def test_a_parameter_decides_where_it_is_written() -> None:
    content, found = facts(
        "[{list: {elements: [{env: dev, revision: main}, {env: live, revision: v1.2.3}]}}]"
    )
    told = [one for one in found if isinstance(one, Source)]
    assert [(one.url, one.ref, one.pin) for one in told] == [
        ("https://git.example/shop/dev.git", "main", "alias"), ("https://git.example/shop/live.git", "v1.2.3", "exact"),
    ]  # fmt: skip
    spans = [one.place_of("ref").span for one in told]
    assert [content[span.start : span.end] for span in spans] == ["main", "v1.2.3"]
    assert [one.scope.owner for one in told] == ["Application/web-dev", "Application/web-live"]
    assert any(isinstance(one, Variable) for one in found)


def test_a_template_that_nothing_instantiates_says_nothing() -> None:
    for generators in (
        "[]",
        "[{list: {elements: []}}]",
        "[{git: {directories: [{path: apps/none*}]}}]",
    ):
        _, found = facts(generators)
        assert [one for one in found if isinstance(one, Source) and one.ref] == []


def test_what_only_the_cluster_tells_is_unknown_and_never_guessed() -> None:
    _, found = facts("[{clusters: {}}]")
    (source,) = [one for one in found if isinstance(one, Source)]
    assert (source.url, source.ref, source.pin) == (None, None, None)
    _, found = facts("[{plugin: {configMapRef: {name: a}}}]")
    assert [(one.subject, one.reason) for one in found if isinstance(one, Unread)] == [
        ("plugin generator", "what it finds is not known here"),
    ]  # fmt: skip


def test_where_a_generator_looks_is_a_source_too() -> None:
    _, found = facts(
        "[{matrix: {generators: [{git: {repoURL: 'https://git.example/a', revision: HEAD, files: [{path: 'x/**/y.json'}]}}, {clusters: {}}]}}]"
    )
    looked = [one for one in found if isinstance(one, Source) and one.url]
    assert [(one.url, one.ref, one.folder) for one in looked] == [
        ("https://git.example/a", "HEAD", "x")
    ]


def test_what_a_generator_lays_over_the_template_counts() -> None:
    element = "elements: [{env: dev, revision: main}]"
    _, found = facts(
        f"[{{list: {{{element}, template: {{metadata: {{}}, spec: {{source: {{targetRevision: v9.9.9}}}}}}}}}}]"
    )
    assert [one.ref for one in found if isinstance(one, Source)] == ["v9.9.9"]


GO_SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: web}}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators: {generators}
  template:
    metadata: {{name: '{{{{.env | normalize}}}}'}}
    spec:
      source:
        repoURL: 'https://git.example/shop/web.git'
        path: deploy
        targetRevision: '{revision}'
"""


def of_go(revision: str, generators: str) -> tuple[str, list[Source], list[str]]:
    content = GO_SET.format(generators=generators, revision=revision)
    document = kubernetes.parse(Text("set.yaml", content))
    ctx = ParseContext(MemoryFiles({**FILES, "set.yaml": content}))
    found = [
        one for one in kubernetes.facts({"set.yaml": document}, ctx) if isinstance(one, Source)
    ]
    return content, found, [trouble.reason for trouble in ctx.troubles]


@pytest.mark.parametrize(
    ("revision", "generators", "refs"),
    [
        ("{{.revision}}", "[{list: {elements: [{env: A_b, revision: main}]}}]", ["main"]),
        ('{{ default "v1.2.3" .none }}', "[{list: {elements: [{env: a}]}}]", ["v1.2.3"]),
        ('{{ if eq .env "a" }}main{{ else }}v1.2.3{{ end }}', "[{list: {elements: [{env: a}, {env: b}]}}]", ["main", "v1.2.3"]),
        ("{{ .values.revision }}", "[{clusters: {values: {revision: main}}}]", ["main"]),
        ("{{ .metadata.labels.revision }}", "[{clusters: {}}]", [None]),
        ("{{ .branch }}", "[{pullRequest: {github: {}}}]", [None]),
        ("{{ .anything.at.all }}", "[{plugin: {configMapRef: {name: a}}}]", [None]),
        ("{{ index .path.segments 1 }}", "[{git: {repoURL: x, revision: v1.2.3, files: [{path: clusters/one/config.json}]}}]", ["one"]),
    ],
)  # fmt: skip
def test_templates_of_go_are_evaluated(
    revision: str, generators: str, refs: list[str | None]
) -> None:
    revision = revision.replace("'", "''")
    _, found, _ = of_go(revision, generators)
    assert [one.ref for one in found if one.url == "https://git.example/shop/web.git"] == refs


def test_the_parameter_of_a_template_of_go_decides() -> None:
    content, (source,), _ = of_go(
        "{{.revision}}", "[{list: {elements: [{env: a_b, revision: main}]}}]"
    )
    span = source.place_of("ref").span
    assert content[span.start : span.end] == "main"
    assert span.start < content.index("  template:")
    assert source.scope.owner == "Application/a-b"


@pytest.mark.parametrize(
    "revision",
    ["{{ .revision", "{{ nothing .x }}", "{{ .env.a.b }}", "{{ range until 10000000 }}x{{ end }}"],
)
def test_a_template_that_argo_cd_refuses_is_told(revision: str) -> None:
    _, found, troubles = of_go(revision, "[{list: {elements: [{env: a}, {env: b}]}}]")
    assert {one.ref for one in found} == {None}
    assert troubles
    assert all("the template is refused" in one for one in troubles)


def test_a_patch_of_the_template_is_laid_over_it() -> None:
    content = GO_SET.format(generators="[{list: {elements: [{env: a}]}}]", revision="v1.2.3")
    content += "  templatePatch: |\n    spec: {source: {targetRevision: 'from-{{.env}}'}}\n"
    document = kubernetes.parse(Text("set.yaml", content))
    ctx = ParseContext(MemoryFiles({"set.yaml": content}))
    (source,) = [
        one for one in kubernetes.facts({"set.yaml": document}, ctx) if isinstance(one, Source)
    ]
    assert source.ref == "from-a"
