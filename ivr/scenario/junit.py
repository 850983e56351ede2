"""The verdicts on scenarios as JUnit XML, the format that build servers read."""

from collections.abc import Sequence
from xml.etree import ElementTree as xml

from ivr.scenario.verdict import ScenarioVerdict


def junit_xml(verdicts: Sequence[ScenarioVerdict]) -> str:
    """Return the verdicts as JUnit XML, with one test case for each scenario.

    The class of a test case is the name of the scenario's file without its extension.
    """
    failures = sum(not verdict.passed for verdict in verdicts)
    suite = xml.Element(
        "testsuite", name="ivr scenario", tests=str(len(verdicts)), failures=str(failures),
        errors="0", time=f"{sum(verdict.seen.ended for verdict in verdicts):.3f}",
    )  # fmt: skip
    for verdict in verdicts:
        case = xml.SubElement(
            suite, "testcase", name=verdict.scenario.name, classname=verdict.scenario.file.stem,
            time=f"{verdict.seen.ended:.3f}",
        )  # fmt: skip
        rows = xml.SubElement(xml.SubElement(case, "properties"), "property", name="rows")
        rows.set("value", " ".join(verdict.scenario.table.rows))
        if not verdict.passed:
            failure = xml.SubElement(case, "failure", message=_plain(verdict.problems[0]))
            failure.text = _plain("\n".join(verdict.problems))
    xml.indent(suite)
    return xml.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _plain(text: str) -> str:
    """Return ``text`` with � in place of each control character.

    XML cannot hold control characters, and a caller's recorded words may contain them.
    """
    return "".join(sign if sign >= " " or sign in "\t\n" else "�" for sign in text)
