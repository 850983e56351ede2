"""The documents: translations match their originals, links lead somewhere, the README is short."""

import re
import tomllib
import unicodedata
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
PAIRS = (
    ("README.md", "README.zh-CN.md"),
    ("docs/operations.md", "docs/zh/operations.md"),
    ("docs/testing.md", "docs/zh/testing.md"),
    ("docs/prompts.md", "docs/zh/prompts.md"),
)
LINKED = sorted(
    str(path.relative_to(ROOT))
    for pattern in ("*.md", "docs/**/*.md", ".github/*.md", "asterisk-conf/*.md", "tools/**/*.md")
    for path in ROOT.glob(pattern)
)
MOST_LINES, MOST_COLUMNS = 150, 100
"""Size of the README that can be read at a normal width."""

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_COMMENT = re.compile(r"(?:^|\s+)#\s.*$", re.MULTILINE)


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _blocks(text: str) -> list[tuple[str, str]]:
    """Return language and content of each code block, without comments unless it is plain text."""
    return [
        (language, content if language == "text" else _COMMENT.sub("", content))
        for language, content in _FENCE.findall(text)
    ]


def _headings(text: str) -> list[tuple[str, str]]:
    """Return level (as ``##``) and words of each heading."""
    return _HEADING.findall(_FENCE.sub("", text))


def _anchors(path: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a document."""
    words = [heading for _, heading in _headings(path.read_text(encoding="utf-8"))]
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in words}


def _dead_links(name: str, text: str) -> list[str]:
    """Return the relative links of a document that lead to no file, or to no heading of it."""
    dead = []
    for link in _LINK.findall(_FENCE.sub("", text)):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = unquote(link).partition("#")
        target = (ROOT / name).parent / file if file else ROOT / name
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            dead.append(link)
    return dead


def _columns(line: str) -> int:
    """Return the width of a line in a terminal, where a Chinese character takes two columns."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in line)


@pytest.mark.parametrize(("english", "chinese"), PAIRS)
def test_translation_has_the_same_headings(english: str, chinese: str) -> None:
    levels = [level for level, _ in _headings(_text(english))]
    assert [level for level, _ in _headings(_text(chinese))] == levels


@pytest.mark.parametrize(("english", "chinese"), PAIRS)
def test_translation_has_the_same_commands(english: str, chinese: str) -> None:
    blocks = _blocks(_text(english))
    assert blocks
    assert _blocks(_text(chinese)) == blocks


@pytest.mark.parametrize(("english", "chinese"), PAIRS)
def test_translations_link_to_each_other(english: str, chinese: str) -> None:
    for here, there in ((english, chinese), (chinese, english)):
        links = [(ROOT / here).parent / link for link in _LINK.findall(_text(here))]
        assert (ROOT / there).resolve() in [link.resolve() for link in links]


@pytest.mark.parametrize("name", LINKED)
def test_links_lead_somewhere(name: str) -> None:
    assert _dead_links(name, _text(name)) == []


def test_dead_links_are_found() -> None:
    text = "[a](docs/nowhere.md) [b](docs/limits.md#nothing) [c](docs/limits.md#voices)"
    assert _dead_links("README.md", text) == ["docs/nowhere.md", "docs/limits.md#nothing"]


def test_comments_of_commands_may_differ() -> None:
    english = "```sh\nmake run   # start\n```\n```text\n# 1\n```\n"
    chinese = "```sh\nmake run   # 启动\n```\n```text\n# 1\n```\n"
    assert _blocks(english) == _blocks(chinese)
    assert _blocks(english) != _blocks(chinese.replace("make run", "make stop"))


def test_readme_is_short_and_narrow() -> None:
    lines = _text("README.md").splitlines()
    assert len(lines) <= MOST_LINES
    assert [line for line in lines if _columns(line) > MOST_COLUMNS] == []


def test_third_party_lists_every_dependency_with_its_version() -> None:
    project = tomllib.loads(_text("pyproject.toml"))["project"]
    extras = project["optional-dependencies"]
    told = _text("THIRD-PARTY.md")
    missing = []
    for requirement in (
        *project["dependencies"],
        *extras["tools"],
        *extras["sherpa"],
        *extras["dev"],
    ):
        name, _, version = requirement.partition(";")[0].partition("==")
        row = rf"^\| {re.escape(name.partition('[')[0])}\b.* \| {re.escape(version)} \|"
        if not re.search(row, told, re.MULTILINE):
            missing.append(requirement)
    assert missing == []
