"""What templates give: Go's rules for trimming, scopes, branches, loops, printing and comparing."""

from __future__ import annotations

import pytest
from tests.syntax.gotemplate.rendering import render

from immutable_delivery.syntax.gotemplate.problems import TemplateError

VALUES = """\
name: web
count: 3
big: 1000000
half: 1.5
on: true
list: [a, b, 1]
map: {b: 2, a: {c: x}}
text: |
  one
   two
"""

GOOD = {
    "a {{- 1 }} b": "a1 b",
    "a {{ 1 -}} \n b": "a 1b",
    "{{/* no */}}x{{- /* no */ -}} y": "xy",
    "{{ .Values.big }} {{ .Values.half }} {{ 20.0 }} {{ 1e21 }}": "1e+06 1.5 20 1e+21",
    "{{ .Values.on }} {{ .Values.true }}": " true",
    "{{ .Values.list }} {{ .Values.map }}": "[a b 1] map[a:map[c:x] b:2]",
    "{{ .Values.none }}|{{ (.Values.none).x }}|{{ $v := .Values.none }}{{ $v.x }}": "||",
    '{{ printf "%s %d %q %5.2f|%-4s|%04d %%" "a" 1 "b" 1.5 "c" 7 }}': 'a 1 "b"  1.50|c   |0007 %',
    '{{ printf "%s" 1 }} {{ printf "%d" "x" }} {{ printf "%s" }} {{ printf "x" 1 }}': (
        "%!s(int=1) %!d(string=x) %!s(MISSING) x%!(EXTRA int=1)"
    ),
    '{{ if "" }}a{{ else if 0 }}b{{ else }}c{{ end }}': "c",
    "{{ if .Values.map }}a{{ end }}{{ if .Values.none }}b{{ end }}": "a",
    "{{ with .Values.map.a }}{{ .c }}{{ $.Values.name }}{{ end }}": "xweb",
    "{{ with 0 }}a{{ else with 7 }}{{ . }}{{ end }}": "7",
    "{{ range $i, $e := .Values.list }}{{ $i }}{{ $e }} {{ end }}": "0a 1b 21 ",
    "{{ range $k, $v := .Values.map }}{{ $k }} {{ end }}": "a b ",
    "{{ range .Values.none }}a{{ else }}b{{ end }}{{ range 3 }}{{ . }}{{ end }}": "b012",
    "{{ range list 1 2 3 4 }}{{ if eq . 2 }}{{ continue }}{{ end }}{{ if eq . 4 }}{{ break }}{{ end }}{{ . }}{{ end }}": "13",
    "{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $x := 3 }}{{ end }}{{ $x }}": "2",
    '{{ define "a" }}[{{ . }}]{{ end }}{{ template "a" 1 }}{{ include "a" 2 | upper }}': "[1][2]",
    '{{ block "b" 5 }}{{ . }}{{ end }}': "5",
    '{{ tpl "{{ .Values.name }}-{{ .Values.none }}" . }}': "web-",
    "{{ and 1 0 .Values.none.x }} {{ or 0 2 .Values.none.x }}": "0 2",
    "{{ eq .Values.count 3.0 }} {{ eq .Values.none nil }} {{ eq 1 2 1 }} {{ lt 1 2 }}": "true true true true",
    "{{ toYaml .Values.map | nindent 2 }}": "\n  a:\n    c: x\n  b: 2",
    "{{ .Values.text | toYaml }}": "|\n  one\n   two",
    '{{ list "yes" "1" "a: b" "#x" "" "é" "a\\tb" nil 2.0 | toYaml }}': (
        '- "yes"\n- "1"\n- \'a: b\'\n- \'#x\'\n- ""\n- é\n- "a\\tb"\n- null\n- 2'
    ),
    '{{ dict "b10" 1 "b9" 2 "B" 3 | toYaml }}': "B: 3\nb9: 2\nb10: 1",
    '{{ dict "a" (list 1 "<") | toJson }}': '{"a":[1,"\\u003c"]}',
    '{{ "a.b" | replace "." "-" | trunc 2 | trimSuffix "-" | quote }}': '"a"',
    '{{ $_ := set .Values "x" 1 }}{{ .Values.x }}{{ get .Values "y" }}{{ hasKey .Values "x" }}': "1true",
    '{{ merge (dict "a" 1 "b" "") (dict "a" 2 "b" 3) }} {{ mergeOverwrite (dict "a" 1) (dict "a" 2) }}': (
        "map[a:1 b:3] map[a:2]"
    ),
    '{{ semverCompare ">=1.16-0" "v1.30.0-gke.1" }} {{ (semver "1.2.3").Major }}': "true 1",
    '{{ regexReplaceAll "a(.)" "abac" "<${1}>" }} {{ regexSplit "," "a,b" -1 }}': "<b><c> [a b]",
    '{{ ternary "a" "b" true }}{{ default "c" "" }}{{ coalesce "" 0 "d" }}{{ empty "" }}': "acdtrue",
    '{{ int .Values.half }} {{ add 1 2.9 }} {{ div 7 2 }} {{ until 3 }} {{ int "0x10" }}': "1 3 3 [0 1 2] 16",
    '{{ (split "/" "a/b")._1 }} {{ splitList "/" "a/b" }} {{ "a b" | snakecase }}': "b [a b] a_b",
    '{{ "x" | sha256sum | trunc 8 }} {{ "x" | b64enc | b64dec }}': "2d711642 x",
    '{{ fromYaml "a: [1, no]" }} {{ (fromYaml "- a").Error | empty }} {{ fromJson "{\\"a\\": 1}" }}': (
        "map[a:[1 false]] false map[a:1]"
    ),
    "{{ `a\\n` }} {{ \"\\u00e9\" }} {{ 'a' }} {{ 0x1F }} {{ 0b11 }}": "a\\n é 97 31 3",
}
"""Templates, and what Helm 4 gives for them."""

BAD = {
    "{{ .Values.none.x }}": ("x is looked up in a value that is missing", ".Values.none.x"),
    "{{ .Values.name.x }}": ("x is looked up in a string, which has no fields", ".Values.name.x"),
    "{{ .Values.none | trunc 5 }}": (
        "trunc: needs a string, and the value is missing",
        ".Values.none",
    ),
    "{{ b64enc .Values.count }}": (
        "b64enc: needs a string, and this is a float64",
        ".Values.count",
    ),
    "{{ eq .Values.count 1 }}": ("eq: cannot compare float64 with int", "eq"),
    "{{ foo 1 }}": ("no function is called foo", "foo"),
    '{{ include "no" . }}': ("include: no template is called no", "include"),
    '{{ fail "because" }}': ("fail: because", "fail"),
    '{{ required "a name" .Values.none }}': ("required: a name", "required"),
    "{{ $x }}": ("nothing has declared $x", "$x"),
    "{{ if true }}": ("{{ if }} is not closed: {{ end }} is missing", "{{ if true }}"),
    "{{ end }}": ("{{ end }} closes nothing", "{{ end }}"),
    "{{ break }}": ("{{ break }} stands outside of any range", "{{ break }}"),
    "{{ if }}x{{ end }}": ("a value for if is missing", "}}"),
    "{{ 1 | 2 }}": ("a pipeline hands its value to what is no function", "2"),
    "{{ not 1 2 }}": ("not: takes 1 arguments, 2 are given", "not"),
    '{{ "a }}': ("a text in quotes is not closed", '"'),
    "{{ .a": ("an action is not closed: write }}", "{{"),
    "{{ (1 }}": ("a parenthesis is not closed", "("),
    "{{ }}": ("says nothing: a value is missing", "{{ }}"),
    "{{ div 1 0 }}": ("div: divides by zero", "div"),
}
"""Templates that Helm refuses, in our words, and the stretch that is blamed."""


@pytest.mark.parametrize(("template", "expected"), GOOD.items())
def test_gives_what_go_gives(template: str, expected: str) -> None:
    assert render(template, VALUES) == expected


@pytest.mark.parametrize(("template", "told"), BAD.items())
def test_refuses_what_go_refuses_at_its_place(template: str, told: tuple[str, str]) -> None:
    with pytest.raises(TemplateError) as caught:
        render(template, VALUES)
    span = caught.value.place.span
    assert (caught.value.reason, template[span.start : span.end]) == told


def test_a_failure_tells_the_calls_that_led_to_it() -> None:
    template = '{{ define "a" }}{{ fail "no" }}{{ end }}{{ define "b" }}{{ include "a" . }}{{ end }}{{ template "b" . }}'
    with pytest.raises(TemplateError) as caught:
        render(template)
    spans = [place.span for place in caught.value.calls]
    calls = [template[span.start : span.end] for span in spans]
    assert calls == ["include", '{{ template "b" . }}']
