"""Ways to write the same command differently in a shell."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.attacks.evasions import Rewriting


def _quoted(command: str) -> str:
    return "'" + command.replace("'", "'\\''") + "'"


def _program(command: str) -> str:
    return command.split(maxsplit=1)[0]


def _rest(command: str) -> str:
    return " ".join(command.split()[1:])


def _each(command: str, shape: str) -> str:
    """Write every letter of the program in a shape of its own."""
    letters = (shape.format(one) if one.isalnum() else one for one in _program(command))
    return f"{''.join(letters)} {_rest(command)}"


SHELL: Mapping[str, Rewriting] = {
    "quoted": lambda command: re.sub(r"^(\S+)", r'"\1"', command),
    "quoted inside": lambda command: command[0] + "''" + command[1:],
    "escaped": lambda command: "\\" + command,
    "in a group": lambda command: f"{{ {command}; }}",
    "in a subshell": lambda command: f"({command})",
    "behind true": lambda command: f"true && {command}",
    "before true": lambda command: f"{command} || true",
    "under a shell": lambda command: f"sh -c {_quoted(command)}",
    "evaluated": lambda command: f"eval {_quoted(command)}",
    "with a variable": lambda command: f"A=1 {command}",
    "through env": lambda command: f"env A=1 {command}",
    "through exec": lambda command: f"exec {command}",
    "in a condition": lambda command: f"if true; then {command}; fi",
    "in a loop": lambda command: f"for i in 1; do {command}; done",
    "in a function": lambda command: f"f() {{ {command}; }}; f",
    "in the background": lambda command: f"{command} & wait",
    "in a pipe": lambda command: f"{command} | cat",
    "redirected": lambda command: f"{command} >/dev/null 2>&1",
    "a word from a variable": lambda command: (
        f"P={command.split()[0]}; $P {' '.join(command.split()[1:])}"
    ),
    "by its path": lambda command: f"/usr/bin/{command}",
    "through command": lambda c: f"command {c}",
    "through nice": lambda c: f"nice {c}",
    "through nohup": lambda c: f"nohup {c}",
    "through timeout": lambda c: f"timeout 9 {c}",
    "through time": lambda c: f"timeout -k 1 9 nice -n 3 {c}",
    "through setsid": lambda c: f"setsid -w {c}",
    "through stdbuf": lambda c: f"stdbuf -oL {c}",
    "continued": lambda c: c.replace(" ", " \\\n ", 1),
    "continued inside": lambda c: c[0] + "\\\n" + c[1:],
    "quoted in part": lambda c: c[0] + '"' + c[1] + '"' + c[2:],
    "in a case": lambda c: f"case a in a) {c};; esac",
    "in until": lambda c: f"until {c}; do :; done",
    "in while": lambda c: f"while {c}; do break; done",
    "in a trap": lambda c: f"trap {_quoted(c)} EXIT",
    "in a here-document of a shell": lambda c: f"sh <<'E'\n{c}\nE",
    "in an open here-document": lambda c: f"sh <<E\n{c}\nE",
    "in a here-document with tabs": lambda c: f"sh <<-E\n\t{c}\n\tE",
    "piped to a shell": lambda c: f"echo {_quoted(c)} | sh",
    "printed to a shell": lambda c: f"printf '%s\\n' {_quoted(c)} | sh -s",
    "through positions": lambda c: f'set -- {c}; "$@"',
    "words of a variable": lambda c: f"X={_quoted(c)}; $X",
    "words of a loop": lambda c: f"for c in {_quoted(c)}; do $c; done",
    "evaluated from a variable": lambda c: f'X={_quoted(c)}; eval "$X"',
    "evaluated in parts": lambda c: f"eval {_quoted(c[:2])}{_quoted(c[2:])}",
    "behind cd": lambda c: f"cd / && {c}",
    "denied": lambda c: f"! {c}",
    "as a condition": lambda c: f"if {c}; then :; fi",
    "as elif": lambda c: f"if false; then :; elif {c}; then :; fi",
    "as else": lambda c: f"if false; then :; else {c}; fi",
    "behind test": lambda c: f"test 1 = 2 || {c}",
    "behind brackets": lambda c: f"[ -z '' ] && {c}",
    "in a substitution": lambda c: f"a=$({c})",
    "in backquotes": lambda c: f"a=`{c}`",
    "in a word": lambda c: f'echo "a $({c}) b"',
    "in a default": lambda c: f'echo "${{NONE:-$({c})}}"',
    "in an assertion": lambda c: f": ${{A=$({c})}}",
    "in an arithmetic": lambda c: f"echo $(( 1 + $({c}; echo 1) ))",
    "env with a split string": lambda c: f"env -S {_quoted(c)}",
    "env emptied": lambda c: f'env -i PATH="$PATH" LOG="$LOG" {c}',
    "shell with options": lambda c: f"sh -ec {_quoted(c)}",
    "shell with traces": lambda c: f"sh -x -e -c {_quoted(c)}",
    "a shell in a shell": lambda c: f"sh -c {_quoted('sh -c ' + _quoted(c))}",
    "arguments of a shell": lambda c: f"sh -c '\"$@\"' _ {c}",
    "one argument of a shell": lambda c: f"sh -c '$1' _ {_quoted(c)}",
    "a comment behind": lambda c: f"{c} # it",
    "a comment before": lambda c: f"# a\n{c}",
    "lines between": lambda c: f"\n\n{c}\n",
    "tabs": lambda c: c.replace(" ", "\t"),
    "blanks": lambda c: "   " + c.replace(" ", "    "),
    "a semicolon": lambda c: f"{c};",
    "redirection first": lambda c: f">/dev/null 2>&1 {c}",
    "redirection inside": lambda c: c.replace(" ", " 2>/dev/null ", 1),
    "a variable in braces": lambda c: f"P={_program(c)}; ${{P}} {_rest(c)}",
    "a default of nothing": lambda c: f"${{P:-{_program(c)}}} {_rest(c)}",
    "a name cut": lambda c: f"P=a{_program(c)}; ${{P#a}} {_rest(c)}",
    "a name cut behind": lambda c: f"P={_program(c)}.sh; ${{P%.sh}} {_rest(c)}",
    "an output": lambda c: f"$(echo {_program(c)}) {_rest(c)}",
    "printed name": lambda c: f"$(printf %s {_program(c)}) {_rest(c)}",
    "in a local function": lambda c: f'main() {{ local a; {c}; }}\nmain "$@"',
    "a function with arguments": lambda c: f'run() {{ "$@"; }}; run {c}',
    "waited for": lambda c: f"{c} & wait $!",
    "a list of commands": lambda c: f"true; {c}; true",
    "exported": lambda c: f"export A=1; {c}",
    "options of the shell": lambda c: f"set -eu; {c}",
    "umask": lambda c: f"umask 022; {c}",
    "read in a loop": lambda c: f"echo x | while read l; do {c}; done",
    "found": lambda c: f"find / -maxdepth 0 -exec {c} \\;",
    "every letter quoted": lambda c: _each(c, "'{}'"),
    "every letter escaped": lambda c: _each(c, "\\{}"),
    "written and run": lambda c: f"echo {_quoted(c)} > /tmp/t.sh; sh /tmp/t.sh",
    "in a case of two": lambda c: f"case a in (b) :;; (*) {c};; esac",
}
"""What a shell does the same for."""
