"""What is not known goes through every function, and stops nothing else."""

from __future__ import annotations

import pytest
from tests.syntax.gotemplate.rendering import NOWHERE, traced

from immutable_delivery.syntax.gotemplate.functions.table import FUNCTIONS
from immutable_delivery.syntax.gotemplate.traced import Partial
from immutable_delivery.syntax.gotemplate.values import Unknown

HIDERS = [
    "b64enc",
    "sha256sum",
    "len",
    'replace "a" "b"',
    "trunc 3",
    "upper",
    "int",
    "splitList `-` | first",
    "fromYaml",
    "toJson | b64enc",
]


@pytest.mark.parametrize("function", HIDERS)
def test_no_function_hides_it(function: str) -> None:
    for value in ("unknown", '(printf "a-%s" unknown)', "(dict `k` unknown | toYaml)"):
        text = traced(f"[{{{{ {value} | {function} }}}}]")
        assert isinstance(text, Partial)
        assert text == "[…]"


def test_it_is_known_in_part_where_texts_are_joined() -> None:
    text = traced('{{ printf "nginx:%s" unknown | quote }} {{ "redis:7" }}')
    assert text == '"nginx:…" redis:7'
    assert not text.located(1, 8, NOWHERE).known
    assert text.located(10, 17, NOWHERE).value == "redis:7"


BRANCHES = {
    "{{ if unknown }}a{{ else }}b{{ end }}c": ("ab", "c"),
    "{{ with unknown }}{{ .x }}{{ else }}b{{ end }}c": ("…b", "c"),
    "{{ range unknown }}a{{ else }}b{{ end }}c": ("ab", "c"),
    "{{ if eq unknown 1 }}a{{ end }}c": ("a", "c"),
    "{{ if unknown }}{{ fail `no` }}{{ else }}b{{ end }}c": ("b", "c"),
    "{{ if and unknown true }}a{{ end }}c": ("a", "c"),
}


@pytest.mark.parametrize(("template", "expected"), BRANCHES.items())
def test_a_branch_that_nothing_decides_is_walked_both_ways(
    template: str, expected: tuple[str, str]
) -> None:
    doubtful, sure = expected
    text = traced(template)
    assert text == doubtful + sure
    assert not text.located(0, len(doubtful), NOWHERE).known
    assert text.located(len(doubtful), len(text), NOWHERE).value == sure


DECIDED = {
    "{{ if and unknown false }}a{{ else }}b{{ end }}": "b",
    "{{ if or unknown true }}a{{ else }}b{{ end }}": "a",
    "{{ if not (or unknown true) }}a{{ else }}b{{ end }}": "b",
    "{{ if unknown }}a{{ else }}a{{ end }}": "a",
    '{{ default unknown "a" }}': "a",
    '{{ coalesce "a" unknown }}': "a",
    '{{ hasKey (dict "a" unknown) "a" }}': "true",
    '{{ has "a" (list unknown "a") }}': "true",
    "{{ kindOf (list unknown) }}": "slice",
    '{{ $d := dict "a" unknown "b" "x" }}{{ $d.b }}': "x",
}


@pytest.mark.parametrize(("template", "expected"), DECIDED.items())
def test_what_does_not_depend_on_it_is_known(template: str, expected: str) -> None:
    text = traced(template)
    assert text == expected
    assert text.located(0, len(text), NOWHERE).known


UNDECIDED = [
    "{{ $x := `a` }}{{ if unknown }}{{ $x = `b` }}{{ end }}{{ $x }}",
    "{{ $d := dict `x` 1 }}{{ if unknown }}{{ $_ := set $d `x` 2 }}{{ end }}{{ $d.x }}",
    "{{ $d := dict }}{{ if unknown }}{{ $_ := merge $d (dict `x` 2) }}{{ end }}{{ $d.x }}",
    "{{ range list 1 2 }}{{ if unknown }}{{ break }}{{ end }}{{ . }}{{ end }}",
    '{{ default "a" unknown }}',
    '{{ has "a" (list unknown) }}',
    '{{ ternary "a" "b" unknown }}',
    '{{ eq "a" (print unknown) }}',
    '{{ include (print "a" unknown) . }}',
    "{{ tpl (print unknown) . }}",
]


@pytest.mark.parametrize("template", UNDECIDED)
def test_what_depends_on_it_is_not_known(template: str) -> None:
    text = traced(template)
    assert not text.located(0, len(text), NOWHERE).known


@pytest.mark.parametrize(
    "call",
    [
        "randAlphaNum 5",
        "now",
        "uuidv4",
        "htpasswd `a` `b`",
        "genPrivateKey `rsa`",
        "(genCA `a` 1).Cert",
    ],
)
def test_what_is_random_is_not_known(call: str) -> None:
    assert traced(f"{{{{ {call} }}}}") == "…"


KNOWN = {"map[]", "Hello!", ""}
"""What some functions give whatever they are given."""


def test_every_function_takes_what_is_not_known() -> None:
    for name, function in FUNCTIONS.items():
        text = traced(f"{{{{ {name} {'unknown ' * len(function.parameters.split())} }}}}")
        assert "…" in text or text in KNOWN, name


def test_it_tells_why() -> None:
    assert repr(Unknown("the time")) == "Unknown('the time')"
