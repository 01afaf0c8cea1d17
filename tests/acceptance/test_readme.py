"""The commands that our pages tell people to type: each exists, with the options it is given."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from api.__main__ import app

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/guides/*.md"), *ROOT.glob("examples/**/*.md")])
LINE = re.compile(r"^(?: {4}|\$ )?(?:\.venv/bin/)?((?:milepost|make) .+)$")


def commands(page: Path) -> Iterator[list[str]]:
    """Yield what stands in blocks of code, indented or fenced, and begins with one of our commands."""
    fenced = False
    pending = ""
    for line in page.read_text().splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif (fenced or line.startswith("    ")) and (found := LINE.match(pending + line.strip() if pending else line)):
            typed = found[1]
            pending = typed.removesuffix("\\") if typed.endswith("\\") else ""
            if not pending:
                yield shlex.split(re.split(r"\s+[|&;]\s|\s&&\s", typed)[0], comments=True)


SEEN = [(page, words) for page in PAGES for words in commands(page)]


def test_our_pages_tell_people_to_type_something() -> None:
    assert any(words[:2] == ["make", "run"] for _, words in SEEN)


@pytest.mark.parametrize(("page", "words"), SEEN, ids=[f"{page.name}: {' '.join(words)}"[:90] for page, words in SEEN])
def test_a_command_on_a_page_exists(page: Path, words: list[str]) -> None:
    if words[0] == "make":
        targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
        named = {word for word in words[1:] if "=" not in word and not word.startswith("-")}
        assert named <= targets
    else:
        check(typer.main.get_command(app), words[1:])


def check(command: Any, words: list[str]) -> None:
    """Follow ``words`` through the tree of commands, and look for every option that is given."""
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        found = command.commands.get(words[0])
        assert found is not None, f"there is no {words[0]}"
        command, words = found, words[1:]
    known = {"--help"} | {option for held in command.params for option in (*held.opts, *held.secondary_opts)}
    assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known
