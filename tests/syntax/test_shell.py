"""Shell scripts: which commands run, with which words, from where, and what feeds what."""

from __future__ import annotations

import time

import pytest
from tests.kit import located

from immutable_delivery.effects.tables import load
from immutable_delivery.source.located import LocatedText, Segment
from immutable_delivery.source.text import Place, Span
from immutable_delivery.syntax.shell import Call, Shell, mask, runs


def calls(script: str, **variables: str | None) -> list[Call]:
    given = {name: None if v is None else located(v, "env") for name, v in variables.items()}
    shell = Shell(given, load().wrappers)
    shell.run(located(script))
    return shell.calls


def lines(script: str, **variables: str | None) -> list[str]:
    return [call.text for call in calls(script, **variables)]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("a b; c && d || e & f", ["a b", "c", "d", "e", "f"]),
        ("a | b |& c", ["a", "b", "c"]),
        ("a |\n b &&\n c", ["a", "b", "c"]),
        ("(a; b) | { c; d; }", ["a", "b", "c", "d"]),
        ("if ! a; then b; elif c; then d; else e; fi", ["a", "b", "c", "d", "e"]),
        ("while a; do b; done; until c; do d; done", ["a", "b", "c", "d"]),
        ("case $x in a|b) c;; d) e && f ;& *) g; esac; h", ["c", "e", "f", "g", "h"]),
        ("for ((i=0;i<3;i++)); do a; done", ["a"]),
        ("select x in a; do b; done", ["b"]),
        ('a `b c` "$(d)"', ["b c", "d", "a `b c` $(d)"]),
        ("a <(b) >(c)", ["b", "c", "a <(b) >(c)"]),
        ("x=$(a) y=2 b", ["a", "b"]),
        ("[ -f x ] && a", ["[ -f x", "a"]),
        ("echo > f a; >g b c; <h cat", ["echo a", "b c", "cat"]),
        ("time -p a; coproc b; ! c", ["a", "b", "c"]),
        ("a # b; c\nd", ["a", "d"]),
        ("f() { a; }; b", ["b", "a"]),
        ("function f { a $1; }; f x; f y", ["a x", "a y"]),
        ('retry() { for i in 1 2; do "$@"; done; }; retry a b', ["a b", "a b"]),
        ("trap 'a b' EXIT; set -- x y; c \"$@\" $2", ["trap a b EXIT", "a b", "set -- x y", "c x y y"]),
        ("a && b <f | c >g d || e", ["a", "b", "c d", "e"]),
        ("export A=b; $A c", ["export", "b c"]),
    ],
)  # fmt: skip
def test_commands_run_in_order(script: str, expected: list[str]) -> None:
    assert lines(script) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("su - web <<E\na b\nE", ["su - web", "a b"]),
        ("sudo su -s /bin/sh web <<'E'\na b\nc\nE", ["su -s /bin/sh web", "a b", "c"]),
        ("su web -c 'a b' <<E\nc\nE", ["su web -c a b", "a b"]),
        ('sshpass -p "$P" ssh web a b', ["ssh web a b", "a b"]),
        ("screen -dmS job a b", ["a b"]),
        ("screen -ls", []),
        ("systemd-run --unit x -p A=b a b", ["a b"]),
        ("pssh -h hosts 'a b; c'", ["pssh -h hosts a b; c", "a b", "c"]),
    ],
)
def test_programs_that_start_others(script: str, expected: list[str]) -> None:
    assert [line for line in lines(script, P=None) if line] == expected


@pytest.mark.parametrize(
    ("script", "last"),
    [
        ("if a; then E=docker; else E=podman; fi; $E pull x", "docker pull x"),
        ('E=docker; if a; then E=podman; fi; "${E}" pull x', "docker pull x"),
        ("E=oc; E=kubectl; [ a ] && E=helm; $E x", "kubectl x"),
        ("case $1 in a) K=oc ;; *) K='kubectl -n b' ;; esac; $K get x", "oc get x"),
        ("if a; then R=echo; else R=; fi; $R docker push x", "docker push x"),
        ("if a; then R='echo would'; fi; $R docker push x", "docker push x"),
        ('C=$(a version >/dev/null && echo "a compose" || echo ""); D="$C -p x"; $D up', "a compose -p x up"),
        ("E=${E:-docker}; if a; then read E; fi; $E pull x", "docker pull x"),
        ("E=docker; read -r E; $E pull x", "$E pull x"),
        ("if a; then E=docker; fi; read E; $E pull x", "$E pull x"),
        ("if a; then T=1; else T=2; fi; docker pull x:$T", "docker pull x:$T"),
        ("if a; then A=$B; B=$A; fi; $A x", "$A x"),
    ],
)  # fmt: skip
def test_a_command_that_branches_name_is_one_of_theirs(script: str, last: str) -> None:
    assert lines(script)[-1] == last


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("a 'b c' \"d e\" f\\ g h'i'\"j\"k", ["a", "b c", "d e", "f g", "hijk"]),
        ('a "b\\"c\\$d\\n" \'\' "" $\'x\\ty\'', ["a", 'b"c$d\\n', "", "", "x\ty"]),
        ("a lib{x,y}-{1,2} {z}", ["a", "libx-1", "libx-2", "liby-1", "liby-2", "{z}"]),
        ("a\\\n  b\\\nc \\\n d", ["a", "bc", "d"]),
        ("a \\\n # it's a comment\n\n  b", ["a", "b"]),
        ('a "b \\\n c"', ["a", "b    c"]),
        ("a\r\n", ["a"]),
        ("a é \"ü\" 'ß'", ["a", "é", "ü", "ß"]),
        ("a $x/$y-$z.tgz $1/$2", ["a", "$x/$y-$z.tgz", "$1/$2"]),
        ("a {} \\;", ["a", "{}", ";"]),
    ],
)
def test_words_are_what_the_shell_makes_of_them(script: str, words: list[str]) -> None:
    assert [word.text for word in calls(script)[0].words] == words


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("P='curl git=1'; a $P", "curl git=1"),
        ('P="curl"; P="$P git"; a $P', "curl git"),
        ("P=x; P+=' y'; a $P", "x y"),
        ('p=(x y); p+=(z); a "${p[@]}"', "x y z"),
        ("a ${X:-d} ${X-e} ${X:+f}", "d e"),
        ("X=; a ${X:-d} ${X-e}", "d"),
        ("X=v; a ${X:-d} ${X:+f} ${X:?m}", "v f v"),
        (": ${X:=d}; a $X", "d"),
        ("for p in x y; do a $p=1; done", "x=1"),
        ("(X=1); X=${X:-2}; a $X", "2"),
        ("X=1; if b; then Y=2; fi; a $X", "1"),
        ("a $GIVEN", "from outside"),
        ("GIVEN=x; a $GIVEN", "x"),
    ],
)  # fmt: skip
def test_variables_have_their_values(script: str, words: str) -> None:
    call = next(call for call in calls(script, GIVEN="from outside") if call.name == "a")
    assert " ".join(word.text for word in call.arguments) == words
    assert all(word.known for word in call.words)


@pytest.mark.parametrize(
    ("script", "missing"),
    [
        ("a $X", "X"),
        ("a ${X}y", "X"),
        ("a ${KNOWN:-d}", "KNOWN"),
        ("a ${X#v}", "${X#v}"),
        ("X=1; a ${X%%*.*}", "X"),
        ("X=1; if b; then X=2; fi; a $X", "X"),
        ('X=1; [ -n "$Y" ] && X=2; a $X', "X"),
        ("X=1; b || X=2; a $X", "X"),
        ("for X in $(ls); do a $X; done", "X"),
        ("while read X; do a $X; done", "X"),
        ("a $(b)", "$(b)"),
        ("X=$(b); a $X", "$(b)"),
        ("a $1", "1"),
    ],
)  # fmt: skip
def test_what_nothing_tells_is_unknown(script: str, missing: str) -> None:
    call = next(call for call in calls(script, KNOWN=None) if call.name == "a")
    assert missing in {call.words[1].text, *" ".join(call.words[1].unresolved).split()}
    assert not call.words[1].known


@pytest.mark.parametrize(
    ("script", "text", "wrappers"),
    [
        ("sudo -u root -E a b", "a b", "sudo"),
        ("env -u X A=1 B=2 a", "a", "env"),
        ("sudo A=1 a", "a", "sudo"),
        ("/usr/bin/time -p nice -n 5 a", "a", "time nice"),
        ("timeout -s KILL 30 a b", "a b", "timeout"),
        ("xargs -n 1 a", "a …", "xargs"),
        ("exec gosu www-data a", "a", "exec gosu"),
        ("su-exec root tini -- a -- b", "a -- b", "su-exec tini"),
        ("nohup stdbuf -oL a", "a", "nohup stdbuf"),
        ("find . -name x -exec a {} +", "a {}", "find"),
        ("busybox a", "a", "busybox"),
        ("chroot --userspec=x /mnt a", "a", "chroot"),
        ("setarch i686 a", "a", "setarch"),
        ("poetry run a", "a", "poetry run"),
        ("./wait-for-it.sh db:1 -t 3 -- a", "a", "wait-for-it.sh"),
        ("$SUDO a", "a", "sudo"),
        ("retry -t 3 a", "a", "retry"),
    ],
)
def test_wrappers_are_taken_off(script: str, text: str, wrappers: str) -> None:
    call = calls(script)[-1]
    assert (call.text, " ".join(call.wrappers)) == (text, wrappers)


@pytest.mark.parametrize(
    "script",
    [
        "command -v a",
        "sudo -l",
        "sudo",
        "env",
        "xargs",
        "nohup",
        "exec 3>&1",
        "which a",
        "echo a",
        "su -",
        "timeout 5",
        "find . -name a",
        "type a",
        "man a",
        "'a b'",
        "sudoers a",
        "wait-for-it.sh db:1",
    ],
)
def test_wrappers_without_a_program_run_none(script: str) -> None:
    assert all(call.name != "a" for call in calls(f"{script}; z"))
    assert [call.name for call in calls(f"{script}; z")][-1:] == ["z"]


@pytest.mark.parametrize(
    "script",
    [
        "sh -c 'a b'",
        'bash -lc "a b"',
        "/bin/bash -exo pipefail -c 'a b'",
        "su - user -c 'a b'",
        "su -c 'a b' user",
        "eval 'a b'",
        "eval a b",
        "sudo sh -c 'a b'",
        "bash <<EOF\na b\nEOF",
        "bash <<-'EOF'\n\ta b\n\tEOF",
        "sh <<< 'a b'",
        "script -q -c 'a b' /dev/null",
        "dash -c \"sh -c 'a b'\"",
        "flock /tmp/x -c 'a b'",
        "env -S 'a b'",
    ],
)  # fmt: skip
def test_scripts_in_words_are_read(script: str) -> None:
    assert lines(script)[-1] == "a b"


@pytest.mark.parametrize(
    "script",
    [
        "echo 'a b' | sh",
        "echo -e 'x\\na b' | bash -s",
        "printf 'x\\na b\\n' | sh",
        "printf '%s\\n' 'a b' | sh -s",
        "cat <<E | sh\na b\nE",
        "{ sh; } <<E\na b\nE",
        'f() { "$@"; }; f sh <<E\na b\nE',
        "((a b))",
        "f() { f() { a b; }; f; }; f",
        "$(echo a) b",
        "X=$(printf %s a); $X b",
        "X=x/y/a; ${X##*/} b",
        "X=a.sh; ${X%.sh} b",
    ],
)
def test_what_a_shell_makes_of_text_is_run(script: str) -> None:
    assert ["a", "b"] in [[word.text for word in call.words] for call in calls(script)]


@pytest.mark.parametrize(
    "script",
    ["echo $(date) | sh", "echo 'a b' | base64 | sh", "((i + 1))", "{ cat; } <<E\na b\nE", "X=a; ${X#*a*b*} b"],
)  # fmt: skip
def test_what_a_program_makes_of_text_is_not(script: str) -> None:
    assert all(call.name != "a" for call in calls(script))


@pytest.mark.parametrize(
    "script",
    [
        "python3 - <<EOF\na b\nEOF",
        "cat <<EOF\na b\nEOF",
        "cat <<'EOF' > x.sh\na b\nEOF",
        "echo 'a b'",
        "python -c 'a b'",
        "sh script.sh 'a b'",
        "sh a b",
        "docker run x sh -c 'a b'",
        "node -e 'a b'",
    ],
)
def test_other_text_is_no_script(script: str) -> None:
    assert all(call.name != "a" for call in calls(f"{script}\nz"))
    assert [call.name for call in calls(f"{script}\nz")][-1:] == ["z"]


@pytest.mark.parametrize(
    "script", ["ssh host 'a b'", "ssh host <<EOF\na b\nEOF", "docker exec x a b"]
)
def test_what_runs_elsewhere_runs_there(script: str) -> None:
    found = calls(f"{script}\nz")
    assert [(call.name, call.through is not None) for call in found][1:] == [
        ("a", True),
        ("z", False),
    ]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("alias p='pip install'\np x", "pip install x"),
        ("alias p=pip q=r\np install x", "pip install x"),
        ("alias pip='pip --quiet'\npip install x", "pip --quiet install x"),
        ("coproc pip install x", "pip install x"),
    ],
)
def test_names_stand_for_commands(script: str, expected: str) -> None:
    assert expected in [call.text for call in calls(script)]


def test_heredocs_leave_the_rest_of_the_line_and_of_the_script() -> None:
    found = calls('cat <<A <<-B > /x && b\none\nA\n\ttwo\n\tB\nc <<< "$(d)"\n')
    assert [call.text for call in found] == ["cat", "b", "d", "c"]
    bodies = [redirect.body.text for redirect in found[0].redirects if redirect.body]
    assert bodies == ["one\n", "\ttwo\n"]


def test_pipes_and_substitutions_know_their_sources() -> None:
    found = {call.name: call for call in calls("a | tee >(b) | c; d <(e) $(f | g)")}
    numbers = {name: call.number for name, call in found.items()}
    assert found["b"].inputs == (numbers["a"],)
    assert found["c"].inputs == (numbers["tee"],)
    assert found["d"].words[1].calls == (numbers["e"],)
    assert found["d"].words[2].calls == (numbers["g"],)
    assert [name for name, call in found.items() if call.captured] == ["b", "e", "f", "g"]


def test_groups_share_their_pipes_and_redirects() -> None:
    first, second, third = calls("{ a; b; } > f | (cd /x; c)")[:3]
    assert [redirect.target.text for redirect in first.redirects + second.redirects] == ["f", "f"]
    assert third.inputs == (0, 1)
    assert calls("cd /x && cd y && a")[-1].folder == "/x/y"


def test_words_stand_where_they_are_decided() -> None:
    script = "PK='curl git=1'; apt-get install $PK \"q$PK\" 'v w' x\\ y z"
    words = calls(script)[0].arguments[1:]
    texts = [script[w.written.place().span.start : w.written.place().span.end] for w in words[:2]]
    assert texts == ["curl", "git=1"]
    whole = [script[w.place.span.start : w.place.span.end] for w in words[2:]]
    assert whole == ['"q$PK"', "v w", "x\\ y", "z"]
    outside = calls("a ${X}-b", X="1.2")[0].words[1].written
    assert [(piece.text, piece.place.file) for piece in outside.segments] == [
        ("1.2", "env"),
        ("-b", "f"),
    ]


def test_scripts_of_many_pieces_keep_their_places() -> None:
    rows = ["apt-get install \\\n", "  curl=1 \\\n", "  git\n"]
    pieces = [
        Segment(row, Place("y", Span(100 * n, 100 * n + len(row)))) for n, row in enumerate(rows)
    ]
    text = LocatedText("".join(rows), tuple(pieces), Place("y", Span(0, 300)))
    shell = Shell({}, load().wrappers)
    shell.run(text)
    places = [word.written.place().span for word in shell.calls[0].words]
    assert places == [Span(0, 7), Span(8, 15), Span(102, 108), Span(202, 205)]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("a \\\n b", "a    b"),
        ("a \\\n# c\n\n b", "a         b"),
        ("a \\  \n b", "a      b"),
        ("a\\\nb", "a\x01\x01b"),
        ("a \\\\\n b", "a \\\\\n b"),
        ("a \\\r\n b", "a     b"),
        ("a `\n b", "a `\n b"),
    ],
)
def test_masks_keep_the_length(text: str, masked: str) -> None:
    assert mask(text) == masked
    assert len(mask(text)) == len(text)


def test_another_escape_character_continues_lines() -> None:
    assert mask("a `\n b", "`") == "a    b"


@pytest.mark.parametrize(
    "script",
    [
        "if [ -f x ]; then a",
        "while x; do a",
        "a; (b",
        "a; }",
        "a 'b",
        'a "b',
        "a $(b",
        "a ${b",
        "a <<EOF\nb",
        "a; fi",
    ],
)
def test_broken_scripts_are_read_as_far_as_they_go(script: str) -> None:
    assert "a" in {call.name for call in calls(script)}


@pytest.mark.parametrize(
    "script",
    [
        "(" * 5_000,
        "(\n" * 5_000,
        "$(" * 5_000,
        "a | " * 5_000,
        "${a:-" * 5_000,
        "if a\nthen\n" * 2_000,
        "X=aaaaaaaa;" + "X=$X$X;" * 60 + "a $X",
        "a=(x y);" + 'a=("${a[@]}" "${a[@]}");' * 40,
        "for i in a b c d e f g h; do " * 12 + "a;" + "done;" * 12,
        "f() { f; f; }; f",
        "eval " * 5_000,
        "sudo " * 5_000,
        "a;" * 30_000,
    ],
)
def test_hostile_scripts_end_soon(script: str) -> None:
    began = time.process_time()
    calls(script)
    assert time.process_time() - began < 5


def test_what_is_too_much_is_named() -> None:
    shell = Shell({}, load().wrappers)
    shell.run(located("a;" * 30_000))
    assert shell.incomplete
    assert len(shell.calls) <= 10_000


@pytest.mark.parametrize(
    ("script", "incomplete"),
    [
        ("cp x" + ")" * 500, True),
        ("a)\n" * 500, True),
        ("x >>>>\n" * 500, True),
        ("x $[$[$[$[\n" * 500, True),
        ("case $x in\n" + "a) b ;;\n" * 500 + "esac", False),
        ("case $x in a) b\nesac\n" * 500, False),
        ("x <<< a >> b 2>&1 < <(c)\n" * 500, False),
        ("<<<<<<< ours\nls\n>>>>>>> theirs\n" * 20, False),
    ],
)
def test_what_only_costs_time_is_left_out(script: str, incomplete: bool) -> None:
    shell = Shell({}, load().wrappers)
    shell.run(located(script))
    assert shell.incomplete is incomplete


def test_a_substitution_in_a_variable_stays_one_word() -> None:
    script = """deps="$(ls /x | awk 'system("[ -e /y/" $1 " ]") == 0 { next }')"; a -t b $deps"""
    (call,) = [one for one in calls(script) if one.name == "a"]
    assert len(call.words) == 4
    assert not call.words[3].known


def test_what_a_variable_dispatches_leaves_the_other_functions_alone() -> None:
    text = 'one() { first; }\ntwo() { second; }\nf=$1; shift\nif ! $f "$@"; then exit 1; fi\n'
    shell = Shell({}, load().wrappers)
    shell.run(located(text), arguments=[located("one")])
    assert "second" not in {call.name for call in shell.calls}
    assert "first" in {call.name for call in shell.calls}
    other = Shell({}, load().wrappers)
    other.run(located(text.replace("$f", "unknown")), arguments=[located("one")])
    assert {"first", "second"} <= {call.name for call in other.calls}


def test_a_folder_that_a_substitution_begins_is_unknown() -> None:
    found = calls('D=$(readlink -f x)\ncd "$D/deploy"\na\ncd /srv\nb\ncd "$(pwd)"\ncd sub\nc\n')
    assert {call.name: call.folder for call in found if call.name in {"a", "b", "c"}} == {
        "a": None,
        "b": "/srv",
        "c": None,
    }


WRAPPERS = load().wrappers
DISPATCHING = "f() { echo $HOME; }\nFUNCTION=$1\n$FUNCTION\n"


def remembered(script: str, *arguments: str, at: int = 0, home: str = "/root") -> runs.Ran:
    given = [located(one, "job", at) for one in arguments]
    return runs.run(located(script), {"HOME": located(home, "env")}, WRAPPERS, arguments=given)


def test_a_script_that_asks_for_the_same_is_run_once() -> None:
    first = remembered(DISPATCHING, "f")
    assert remembered(DISPATCHING, "f", at=7) is first
    assert remembered(DISPATCHING, "f", home="/home") is not first
    assert [call.text for call in remembered(DISPATCHING, "f", home="/home").calls] == [
        "echo /home"
    ]
    assert remembered(DISPATCHING, "f") is first


def test_where_arguments_stand_matters_to_a_script_that_shows_them() -> None:
    for script in ('docker pull "$1"', 'sh -c "$1"', 'cat <<< "$1"', "A=$1 make"):
        first = remembered(script, "nginx")
        again = remembered(script, "nginx", at=7)
        assert again is not first
        assert remembered(script, "nginx", at=7) is again


def test_few_runs_of_a_script_are_remembered() -> None:
    for at in range(3 * runs.MOST_RUNS):
        remembered("echo $1", "a", at=at)
    for number in range(runs.MOST_SCRIPTS + 1):
        remembered(f"echo {number}")
    first = remembered("echo 0")
    assert [call.text for call in first.calls] == ["echo 0"]
    assert remembered("echo 0") is first


@pytest.mark.parametrize("reads", [". /dev/stdin", "source /dev/stdin"])
def test_a_script_that_is_read_from_the_input_runs_here(reads: str) -> None:
    found = calls(f"{reads} <<E\nA=b\nE\nfirst $A\n")
    assert [call.text for call in found if call.name == "first"] == ["first b"]
