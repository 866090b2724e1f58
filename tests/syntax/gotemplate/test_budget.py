"""No template costs more than it may, and none gets out by another error."""

from __future__ import annotations

import gc
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kit import PATIENCE
from tests.syntax.gotemplate.rendering import render

from immutable_delivery.syntax.gotemplate.budget import Limits
from immutable_delivery.syntax.gotemplate.expressions import Compiler
from immutable_delivery.syntax.gotemplate.problems import BudgetError, TemplateError

SLACK = 1.0
"""Seconds that the last step before a look at the clock may take on a slow machine."""

SHORT = Limits(seconds=0.25 * PATIENCE)

DOUBLED = '{{ $x := "aaaaaaaaaa" }}' + "{{ $x = print $x $x }}" * 40
LAUGHS = "{{ $l := list 1 }}{{ range until 40 }}{{ $l = list $l $l }}{{ end }}"
SELF = '{{ $d := dict }}{{ $_ := set $d "d" $d }}'
FAN = "".join(
    f'{{{{ define "f{n}" }}}}{{{{ include "f{n + 1}" . }}}}{{{{ include "f{n + 1}" . }}}}{{{{ end }}}}'
    for n in range(40)
)

COSTLY = {
    "{{ range until 2000 }}{{ range until 2000 }}{{ range until 2000 }}x{{ end }}{{ end }}{{ end }}": "entries",
    "{{ until 1000000000 }}": "steps",
    "{{ seq 1 1000000000 }}": "steps",
    DOUBLED: "characters",
    '{{ repeat 1000000000 "abc" }}': "characters",
    '{{ indent 1000000000 "abc" }}': "characters",
    '{{ range until 1000 }}{{ printf "%999999d" 1 }}{{ end }}': "characters",
    '{{ $x := repeat 100000 "a" }}{{ replace "a" $x $x }}': "characters",
    '{{ regexReplaceAll "a" (repeat 100000 "a") (repeat 1000 "b") }}': "characters",
    '{{ define "r" }}{{ include "r" . }}{{ end }}{{ include "r" . }}': "deep",
    '{{ define "r" }}{{ tpl "{{ include \\"r\\" . }}" . }}{{ end }}{{ include "r" . }}': "deep",
    FAN + '{{ define "f40" }}x{{ end }}{{ include "f0" . }}': "s",
    LAUGHS + "{{ toYaml $l }}": "s",
    LAUGHS + "{{ toJson $l }}": "s",
    LAUGHS + "{{ $l }}": "s",
    LAUGHS + "{{ $x := deepCopy $l }}": "s",
    SELF + "{{ $d }}": "deep",
    '{{ range until 100 }}{{ derivePassword 1 "long" "a" "b" (toString .) }}{{ end }}': "s",
    '{{ $y := repeat 10000 "- a\\n" }}{{ range until 1000 }}{{ $x := fromYamlArray $y }}{{ end }}': "s",
    '{{ $y := repeat 200000 "aB " }}{{ range until 100 }}{{ $x := snakecase $y }}{{ $x := wrap 5 $y }}{{ end }}': "s",
    "{{.}}" * 100_000: "steps",
}
"""Templates, and a word of what is told of them."""


@pytest.mark.slow
@pytest.mark.parametrize(("template", "told"), COSTLY.items(), ids=range(len(COSTLY)))
def test_a_template_that_costs_too_much_is_told(template: str, told: str) -> None:
    began = thread_time()
    with pytest.raises(BudgetError, match=told):
        render(template, "", SHORT)
    assert thread_time() - began < SHORT.seconds + SLACK * PATIENCE


CHEAP = [
    '{{ regexMatch "(a*)*(a*)*b" (repeat 100000 "a") }}',
    "{{ uniq (until 50000) | len }}",
    "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "{{ 1 " + "| print " * 5000 + " }}",
    "{{ if true }}" * 5000 + "{{ end }}" * 5000,
    "{{ if 0 }}" + "{{ else if 0 }}" * 5000 + "{{ end }}",
    "{{" * 100_000,
    '{{ "' * 100_000,
    "{{/*" * 100_000,
    "{{" + " " * 1_000_000,
    "{{ " + ".a" * 200_000 + " }}",
    '{{ fromYaml (repeat 100000 "[") }}{{ fromJson (repeat 100000 "[") }}',
    "{{ $x := 1 }}" + "{{ if unknown }}{{ $x = add $x 1 }}{{ end }}" * 2000,
    '{{ mul 9223372036854775807 9223372036854775807 }}{{ int (repeat 100000 "9") }}{{ round 1.5 1000000000 }}',
    '{{ printf "%c %U %q" 99999999999 -5 55296 }}{{ "\\xff" | toJson }}',
]


@pytest.mark.parametrize("template", CHEAP, ids=range(len(CHEAP)))
def test_what_looks_costly_is_cheap(template: str) -> None:
    began = thread_time()
    try:
        render(template)
    except TemplateError as error:
        assert not isinstance(error, BudgetError), error.reason  # noqa: PT017
    assert thread_time() - began < SLACK * PATIENCE


@pytest.mark.parametrize("size", [2_000, 20_000])
def test_it_grows_with_its_text(size: int) -> None:
    began = thread_time()
    render("{{ .Values.a }} text\n" * size, "a: b\n")
    assert thread_time() - began < (size * 0.0001 + 0.1) * PATIENCE


WORDS = st.sampled_from(
    "{{ }} {{- -}} if else end range with define template block include tpl . $ $x := = | ( ) , .a .Values.b \"a\" `b` 'c' 1 -1 1.5"
    ' nil true printf toYaml nindent default list dict set unknown fail break continue {{/* */}} eq index \\ " ` é \n'.split(
        " "
    )
)


@settings(deadline=None, max_examples=300)
@given(st.lists(WORDS, max_size=25).map(" ".join) | st.lists(WORDS, max_size=25).map("".join))
def test_nothing_but_a_template_error_gets_out(template: str) -> None:
    began = thread_time()
    try:
        render(template, "b: [1, {c: d}]\n", Limits(seconds=1.0))
    except TemplateError as error:
        assert 0 <= error.place.span.start <= error.place.span.end <= len(template)  # noqa: PT017
    assert thread_time() - began < Limits().seconds * PATIENCE


def test_what_is_compiled_goes_without_the_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        assert render("{{ with .Values.a }}{{ print . | quote }}{{ end }}", "a: 1") == '"1"'
        assert not any(isinstance(one, Compiler) for one in gc.get_objects())
    finally:
        gc.enable()
