"""The Atom feed (RFC 4287) of what happened, with tag URIs (RFC 4151) as identities."""

from itertools import islice
from xml.etree import ElementTree as ET

from reconciler.model.records import Claim, End, Record, place_of
from reconciler.publish.cells import Overview
from reconciler.publish.escaping import readable
from reconciler.publish.times import moment

ENTRIES = 50
"""Records in the feed."""

_AUTHORITY = "tag:tagboat.invalid,2026"


def feed(overview: Overview) -> str:
    """The text of ``feed.atom``: the last records, newest first."""
    inputs = overview.inputs
    root = ET.Element("feed", {"xmlns": "http://www.w3.org/2005/Atom"})
    _add(root, "id", f"{_AUTHORITY}:history")
    _add(root, "title", inputs.title)
    _add(root, "updated", inputs.generated_at.isoformat())
    ET.SubElement(ET.SubElement(root, "author"), "name").text = "Tagboat"
    ET.SubElement(root, "link", {"href": "index.html"})
    ET.SubElement(root, "link", {"rel": "self", "href": "feed.atom"})
    pages = {each.claim.deployment: each.name for each in overview.attempts}
    for record in islice(reversed(inputs.records), ENTRIES):
        _entry(root, record, pages)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def _entry(root: ET.Element, record: Record, pages: dict[str, str]) -> None:
    instant = moment(record.at)
    entry = ET.SubElement(root, "entry")
    _add(entry, "id", f"{_AUTHORITY}:record:{record.sequence}")
    _add(entry, "title", record.subject)
    _add(entry, "updated", instant.isoformat() if instant else "1970-01-01T00:00:00+00:00")
    place = place_of(record)
    match record:
        case Claim() | End():
            page = f"deployments/{pages.get(record.deployment, 'index')}"
        case _:
            page = f"environments/{place.environment}" if place else "index"
    ET.SubElement(entry, "link", {"href": f"{page}.html"})
    _add(entry, "summary", _summary(record))


def _summary(record: Record) -> str:
    match record:
        case Claim():
            return record.summary or record.subject
        case End():
            return record.why or record.subject
        case _:
            return record.subject


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = readable(text)
