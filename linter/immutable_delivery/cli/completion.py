"""`imd completion`: what a shell has to read to complete commands, options and their values."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

_VARIABLE = "_IMD_COMPLETE"

_POWERSHELL = """\
Register-ArgumentCompleter -Native -CommandName imd -ScriptBlock {
    param($word, $ast, $cursor)
    $words = @($ast.CommandElements | ForEach-Object { $_.ToString() })
    $env:COMP_WORDS = $words -join ' '
    $env:COMP_CWORD = if ($word) { $words.Count - 1 } else { $words.Count }
    $env:_IMD_COMPLETE = 'bash_complete'
    try {
        imd | ForEach-Object {
            $type, $value = $_ -split ',', 2
            if ($type -eq 'plain') {
                [System.Management.Automation.CompletionResult]::new($value)
            }
        }
    } finally {
        Remove-Item Env:COMP_WORDS, Env:COMP_CWORD, Env:_IMD_COMPLETE
    }
}
"""


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish", "powershell"]))
def completion(shell: str) -> None:
    """Print what makes SHELL complete commands, files, policies, profiles, formats and revisions.

    In ~/.bashrc or ~/.zshrc: eval "$(imd completion bash)". For fish: imd completion fish > ~/.config/fish/completions/imd.fish.
    In PowerShell's $PROFILE: imd completion powershell | Out-String | Invoke-Expression.
    """
    click.echo(_POWERSHELL if shell == "powershell" else _script(shell), nl=False)


def _script(shell: str) -> str:
    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"click knows no completion for {shell}")
    from immutable_delivery.cli import imd  # noqa: PLC0415 (it names this module)

    return f"{made(imd, {}, 'imd', _VARIABLE).source()}\n"
