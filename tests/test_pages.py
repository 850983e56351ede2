"""Values in a page stay text, and a missing value is an error."""

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from ivr.pages import page_template

from .html import ReadPage

HOSTILE = "\"'><script>alert(1)</script>&amp;{{ 7 * 7 }}{% raw %}"
TEMPLATE = """\
<p class="{{ word }}">{{ word }}</p>
{% for each in words %}
<b>{{ each }}</b>
{% endfor %}
"""


@pytest.fixture
def template_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a package that has one template."""
    package = tmp_path / "package_with_a_template"
    (package / "templates").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "templates" / "page.html.j2").write_text(TEMPLATE, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return package.name


def test_values_stay_text_in_elements_and_attributes(template_package: str) -> None:
    template = page_template(template_package, "page.html.j2")
    page = ReadPage(template.render(word=HOSTILE, words=[HOSTILE]))
    assert page.elements == [("p", "class"), ("b",)]
    assert page.values == [HOSTILE]
    assert page.text.splitlines() == [HOSTILE, HOSTILE]


def test_a_value_that_is_not_given_is_an_error(template_package: str) -> None:
    with pytest.raises(UndefinedError, match="'words' is undefined"):
        page_template(template_package, "page.html.j2").render(word="x")
