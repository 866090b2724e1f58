"""Where the characters of a rendered text come from."""

from __future__ import annotations

import pytest
from tests.syntax.gotemplate.rendering import NOWHERE, traced, written

VALUES = 'image: {repository: "shop/web", tag: 1.25, digest: ""}\nargs: [--port, "8080"]\nblock: |\n  first\n  second\nlive: true\n'

WRITTEN = {
    '"{{ .Values.image.repository }}:{{ .Values.image.tag }}"': (
        "shop/web:1.25",
        ["values.yaml: shop/web", "t.tpl: :", "values.yaml: 1.25"],
    ),
    '{{ printf "%s:%v" .Values.image.repository .Values.image.tag }}': (
        "shop/web:1.25",
        ["values.yaml: shop/web", "t.tpl: :", "values.yaml: 1.25"],
    ),
    'x: {{ define "i" }}  {{ .Values.image.repository }}\n{{ end }}{{ include "i" . | trim | nindent 4 | quote }}': (
        "shop/web",
        ["values.yaml: shop/web"],
    ),
    "{{ toYaml .Values.image | indent 2 }}": ("1.25", ["values.yaml: 1.25"]),
    "x: {{ tpl (toYaml .Values) . }}": (
        "repository: shop/web",
        ["values.yaml: repository", "t.tpl: {{ tpl (toYaml .Values) . }}", "values.yaml: shop/web"],
    ),
    "{{ range .Values.args }}{{ . }} {{ end }}": ("8080", ["values.yaml: 8080"]),
    "{{ range $key, $_ := .Values.image }}{{ $key }} {{ end }}": ("tag", ["values.yaml: tag"]),
    "{{ .Values.block | nindent 2 }}": ("second", ["values.yaml: second"]),
    "{{ (fromYaml (toYaml .Values)).image.repository }}": ("shop/web", ["values.yaml: shop/web"]),
    "{{ .Values.image.repository | upper }}": ("SHOP", ["values.yaml: shop"]),
    '{{ .Values.image.repository | replace "/" "-" }}': (
        "shop-",
        ["values.yaml: shop", "t.tpl: -"],
    ),
    "{{ .Values.image.repository | trunc 4 }}": ("shop", ["values.yaml: shop"]),
    '{{ regexReplaceAll "web$" .Values.image.repository "app" }}': (
        "shop/app",
        ["values.yaml: shop/", "t.tpl: app"],
    ),
    '{{ .Values.image.repository | splitList "/" | last }}': ("web", ["values.yaml: web"]),
    '{{ default "latest" .Values.image.digest }}': ("latest", ["t.tpl: latest"]),
    "{{ .Values.live }}": ("true", ["values.yaml: true"]),
    "{{ .Values.image.repository | b64enc }}": ("c2hvcC93ZWI=", ["values.yaml: shop/web"]),
    '{{ join "," .Values.args }}': ("--port,", ["values.yaml: --port", "t.tpl: ,"]),
}
"""Templates, a word of what they give, and what is written where it comes from."""


@pytest.mark.parametrize(("template", "expected"), WRITTEN.items())
def test_tells_where_a_word_is_decided(template: str, expected: tuple[str, list[str]]) -> None:
    word, places = expected
    found = written(traced(template, VALUES), word, {"t.tpl": template, "values.yaml": VALUES})
    assert found == places


def test_a_number_that_is_printed_another_way_stands_where_it_is_written() -> None:
    text = traced("{{ .Values.tag }}", "tag: 1.50\n")
    piece = text.located(0, len(text), NOWHERE).segments[0]
    assert (piece.text, piece.aligned, piece.place.file) == ("1.5", False, "values.yaml")


def test_a_text_of_ten_thousand_steps_still_has_a_place() -> None:
    loop = '{{ $x := "a" }}{{ range until 2000 }}{{ $x = print $x "b" }}{{ end }}{{ $x }}'
    text = traced(loop)
    assert text.located(1990, 2000, NOWHERE).text == "b" * 10
