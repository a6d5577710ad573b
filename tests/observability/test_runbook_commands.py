"""Story: what a runbook tells to type is something that can be typed.

Whoever is on call copies the line. kubectl itself says which flags each of its commands has.
"""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    (
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "charts").glob("*/README.intro.md"),
        ROOT / "README.md",
    )
)
FAMILIES = {"auth", "config", "create", "create secret", "rollout", "set", "top"}
"""Commands that have commands of their own."""
END = {"|", "||", "&&", ";", "(", ")", "<", ">", "&", "<<", "--"}
FENCE = re.compile(r"^ *```(?:console|sh)\n(.*?)^ *```", re.S | re.M)
INLINE = re.compile(r"`((?:\$ )?kubectl [^`\n]+)`")
OPTION = re.compile(r"^ +(?:-(\w), )?(--[\w-]+)=", re.M)

Call = tuple[str, tuple[str, ...]]
"""The command (``rollout status``) and the flags that it is given, without their values."""


def calls(text: str) -> Iterator[Call]:
    """Every call of kubectl in the commands of a page."""
    for piece in (*FENCE.findall(text), *INLINE.findall(text)):
        for line in piece.replace("\\\n", " ").splitlines():
            yield from _calls_in(_tokens(line))


def _tokens(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    return [token.removeprefix("$") for token in lexer]


def _calls_in(tokens: list[str]) -> Iterator[Call]:
    for index, token in enumerate(tokens):
        if token != "kubectl":
            continue
        ours = []
        for later in tokens[index + 1 :]:
            if later in END:
                break
            ours.append(later)
        yield _parsed(ours)


def _parsed(words: list[str]) -> Call:
    flags = tuple(word.partition("=")[0] for word in words if word.startswith("-") and word != "-")
    plain = _without_values(words)
    command = plain[0]
    for word in plain[1:]:
        if command not in FAMILIES:
            break
        command = f"{command} {word}"
    return command, tuple(one for flag in flags for one in _apart(flag))


def _without_values(words: list[str]) -> list[str]:
    plain: list[str] = []
    skip = False
    for word in words:
        if skip or word.startswith("-"):
            skip = not skip and word in ("-n", "--namespace")
            continue
        plain.append(word)
    return plain


def _apart(flag: str) -> list[str]:
    """``-it`` is ``-i`` and ``-t``."""
    return [flag] if flag.startswith("--") else [f"-{letter}" for letter in flag[1:]]


@cache
def known_flags(command: str) -> frozenset[str]:
    """What kubectl says the command takes; raises AssertionError for one that there is not."""
    said = _said(*command.split(), "--help")
    # ``top pods`` is another name of ``top pod``.
    assert f"kubectl {command.removesuffix('s')}" in said, (
        f"kubectl has no {command!r}: {said[:200]}"
    )
    found = OPTION.findall(said) + OPTION.findall(_said("options"))
    return frozenset(flag for short, long in found for flag in (f"-{short}", long) if flag != "-")


def _said(*arguments: str) -> str:
    done = subprocess.run(["kubectl", *arguments], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


COMMANDED = [page for page in PAGES if any(calls(page.read_text()))]


def test_calls_are_read_out_of_a_page() -> None:
    text = """
Do `kubectl top pods -A` or

```console
$ kubectl -n a rollout status deployment/x --timeout=5s | grep -v kubectl-is-not-here
for pod in $(kubectl get pods -l 'a in (b,c)' -o name); do
  kubectl exec -it "$pod" -- sh -c 'kubectl --nothing' > "x-$pod"; kubectl delete --now \\
    pod x
done
```
"""
    assert list(calls(text)) == [
        ("rollout status", ("-n", "--timeout")),
        ("get", ("-l", "-o")),
        ("exec", ("-i", "-t")),
        ("delete", ("--now",)),
        ("top pods", ("-A",)),
    ]


def test_runbooks_are_among_the_pages_that_are_looked_at() -> None:
    named = {page.stem for page in COMMANDED}
    assert {"QuarterdeckRecordsLost", "QuarterdeckChatErrorsBurnSlow", "operations"} <= named


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="needs kubectl")
@pytest.mark.parametrize("page", COMMANDED, ids=_name)
def test_kubectl_has_every_flag_that_a_page_gives_it(page: Path) -> None:
    for command, flags in calls(page.read_text()):
        unknown = set(flags) - known_flags(command)
        assert not unknown, f"kubectl {command} has no {', '.join(sorted(unknown))}"


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="needs kubectl")
def test_a_flag_that_there_is_not_is_found() -> None:
    ((command, flags),) = calls("`kubectl logs -l app=x -A`")
    assert set(flags) - known_flags(command) == {"-A"}
    with pytest.raises(AssertionError, match="kubectl has no"):
        known_flags("logs-of")


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_shells_can_read_what_stands_in_a_fence(page: Path) -> None:
    """Placeholders and prompts are words to a shell too."""
    for piece in re.findall(r"^( *)```(?:console|sh)\n(.*?)^ *```", page.read_text(), re.S | re.M):
        text = re.sub(r"^ *\$ ", "", piece[1], flags=re.M)
        done = subprocess.run(["sh", "-n"], input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{text}\n{done.stderr}"
