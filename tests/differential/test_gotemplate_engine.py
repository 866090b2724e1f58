"""Our templates against Helm's: the same text for every expression, or both refuse it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.syntax.gotemplate.rendering import render
from tests.syntax.gotemplate.test_rendering import BAD, GOOD
from tests.syntax.gotemplate.test_rendering import VALUES as SMALL

from immutable_delivery.syntax.gotemplate.problems import TemplateError

helm = pytest.importorskip("helm_python", reason="needs helm-python-sdk")

REFUSED = "refused"

VALUES = """\
i: 1
big: 1000000
f: 1.5
s: str
b: true
l: [1, a, 2.5, null, true]
m: {a: 1, b: {c: x}}
multi: |
  a
   b
  c
long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb cccccccccccccccc
"""

TEXTS = [
    '"a"', '""', '"abc def"', '"a-b_c"', '"1.2.3"', '">=1.2"', '"10"', '"a,b,,c"', '"{\\"a\\": [1, true]}"', '"/a/b.txt"',
    '"\\n a\\n\\nb "', '"a$b"', '"[a-c]+"', '"true"', '"%s-%d"', '"YWJj"', '"yes"', '"0x1F"', '"1.5"', ".Values.s",
    ".Values.multi", ".Values.long", '"http://u:p@h.com:80/p/q?x=1#f"', '"x: 1\\ny: {a: no}"',
]  # fmt: skip
NUMBERS = [
    "0",
    "1",
    "2",
    "3",
    "-1",
    "5",
    "1.5",
    "10",
    "7.0",
    "1e3",
    ".Values.i",
    ".Values.f",
    ".Values.big",
    "(int .Values.i)",
]
COUNTS = ["0", "1", "2", "3", "5", "10", "(int .Values.f)"]
LISTS = [
    "(list)",
    "(list 1 2 3)",
    '(list "b" "a" "b")',
    ".Values.l",
    '(splitList "," "a,b,c")',
    '(list (dict "a" 1) (list 2))',
    "(until 4)",
]
MAPS = [
    "(dict)",
    '(dict "a" 1 "b" "x")',
    ".Values.m",
    '(dict "k" (dict "z" (list 1 2)) "a" "")',
    '(dict "b10" 1 "b9" 2 "B" 3 "a-b" 5)',
]
FRESH = ["(dict)", '(dict "a" 1 "b" "x")']
"""Maps that cannot come to hold themselves: printing one kills Helm."""
OTHERS = ["true", "false", ".Values.b", ".Values.missing", "(.Values.missing)"]
KINDS = {
    "s": TEXTS, "n": NUMBERS, "i": COUNTS, "f": FRESH, "b": ["true", "false", ".Values.b"], "l": LISTS, "d": MAPS,
    "a": TEXTS + NUMBERS + LISTS + MAPS + OTHERS,
}  # fmt: skip

SIGNATURES = """
    abbrev:is cat:aaa contains:ss hasPrefix:ss hasSuffix:ss indent:is join:sl nindent:is nospace:s plural:ssi quote:aa repeat:is
    replace:sss splitList:ss split:ss splitn:sis squote:aa toString:a trim:s trimAll:ss trimPrefix:ss trimSuffix:ss trunc:is
    wrap:is lower:s upper:s title:s untitle:s swapcase:s camelcase:s snakecase:s kebabcase:s add:nn sub:nn mul:nn addf:nn subf:nn
    max:nn min:nn maxf:nn ceil:n floor:n round:ni int:a int64:a float64:n atoi:s until:i untilStep:iii seq:ii first:l last:l rest:l
    initial:l append:la prepend:la concat:ll reverse:l uniq:l without:laa has:al compact:l sortAlpha:l dict:sasa get:ds hasKey:ds
    pick:ds omit:ds pluck:sd merge:dd mergeOverwrite:dd deepCopy:d set:fsa unset:ds default:aa empty:a coalesce:aaa all:aa any:aa
    ternary:aab b64enc:s b32enc:s toJson:a toPrettyJson:a toRawJson:a toYaml:a toYaml:d toYaml:l typeOf:s kindOf:a kindIs:sa
    deepEqual:aa regexMatch:ss regexFind:ss regexFindAll:ssi regexReplaceAll:sss regexSplit:ssi regexQuoteMeta:s base:s dir:s
    clean:s ext:s isAbs:s semverCompare:ss eq:aa eq:ss ne:aa lt:nn gt:nn le:ss len:a index:li index:ds printf:saa print:aaa
    println:aa html:s js:s urlquery:s not:a and:aaa or:aaa sha256sum:s sha1sum:s adler32sum:s
""".split()
"""Functions, and of which kinds their arguments are."""


@st.composite
def expressions(draw: st.DrawFn, depth: int = 0) -> str:
    name, _, kinds = draw(st.sampled_from(SIGNATURES)).partition(":")
    arguments = [draw(argument(kind, depth)) for kind in kinds]
    if draw(st.booleans()):
        return f"{arguments[-1]} | {' '.join([name, *arguments[:-1]])}"
    return " ".join([name, *arguments])


def argument(kind: str, depth: int) -> st.SearchStrategy[str]:
    plain = st.sampled_from(KINDS[kind])
    if depth > 1 or kind not in "asl":
        return plain
    return plain | expressions(depth + 1).map(lambda inner: f"({inner})")


@cache
def helms(template: str, values: str) -> str:
    files = {
        "Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
        "values.yaml": values,
        "templates/a.txt": template,
    }
    with TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        try:
            with helm.Chart.load(folder) as chart:
                rendered = chart.render(name="rel", namespace="ns")
        except helm.HelmError:
            return REFUSED
    return str(rendered.get("c/templates/a.txt", ""))


def ours(template: str, values: str) -> str:
    try:
        return render(template, values)
    except TemplateError:
        return REFUSED


@pytest.mark.parametrize("template", [*GOOD, *BAD])
def test_what_our_own_tests_expect_is_what_helm_gives(template: str) -> None:
    assert ours(template, SMALL).strip() == helms(template, SMALL).strip()


@pytest.mark.slow
@settings(deadline=None, max_examples=400, derandomize=True)
@given(expressions())
def test_any_expression_gives_what_helm_gives(expression: str) -> None:
    template = f"{{{{ {expression} }}}}"
    assert ours(template, VALUES).strip() == helms(template, VALUES).strip()


STATEMENTS = st.recursive(
    expressions(2).map(lambda inner: f"{{{{ {inner} }}}}")
    | st.sampled_from([" a\n", "{{- /* c */ -}}", " {{- $x -}} \n", "{{ .a }}"]),
    lambda inner: (
        st.builds(
            "{{{{{} {} {} }}}}{}{{{{ else }}}}{}{{{{- end }}}}".format,
            st.sampled_from(["", "-"]),
            st.sampled_from(["if", "with"]),
            st.sampled_from(KINDS["a"]),
            inner,
            inner,
        )
        | st.builds(
            "{{{{ range $x := {} }}}}{}{{{{ $x = . }}}}{}{{{{ end -}}}} ".format,
            st.sampled_from(LISTS + MAPS),
            inner,
            inner,
        )
        | st.builds("{{{{ $x = {} }}}}{}{}".format, st.sampled_from(KINDS["a"]), inner, inner)
    ),
    max_leaves=6,
)


@pytest.mark.slow
@settings(deadline=None, max_examples=300, derandomize=True)
@given(STATEMENTS)
def test_any_statements_give_what_helm_gives(body: str) -> None:
    template = f"{{{{ $x := 0 }}}}{body}"
    assert ours(template, VALUES).strip() == helms(template, VALUES).strip()
