"""Text from files can't become markup (X19, X20, B38)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown

from reconciler.publish.escaping import (
    attribute,
    code,
    command,
    link,
    markdown,
    paragraphs,
    readable,
    spreadsheet,
    web_address,
)

EXTENSIONS = ["admonition", "tables", "fenced_code", "toc", "attr_list", "md_in_html", "footnotes"]

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "image": '<img src=x onerror="alert(1)">',
    "markdown-link": "[click](javascript:alert(1))",
    "autolink": "<javascript:alert(1)>",
    "reference": "[x][y]\n\n[y]: javascript:alert(1)",
    "picture": "![x](https://elsewhere.example/pixel.png)",
    "pipe": "a | b | c",
    "backticks": "`code` ```fence```",
    "template": "{{ config }} ${HOME} {% raw %} {# x #}",
    "attributes": "word{: onclick=alert(1) } {.red}",
    "entity": "&lt;script&gt; &#60;",
    "emphasis": "*a* _b_ **c** ~~d~~ ^e^ ==f==",
    "comment": "<!-- hidden --> <?php ?> <![CDATA[ ]]>",
    "backslash": r"\<script\> \` \| C:\new",
    "quote": "\"' onmouseover=alert(1) x='",
    "footnote": "[^1] *[HTML]: x",
    "markers": "\x02klzzwxh:0000\x03 \x02amp\x03",
}


def html_of(text: str) -> str:
    return Markdown(extensions=EXTENSIONS).convert(text)


def words_of(html: str) -> str:
    from html.parser import HTMLParser

    found: list[str] = []

    class Reader(HTMLParser):
        def handle_data(self, data: str) -> None:
            found.append(data)

    reader = Reader(convert_charrefs=True)
    reader.feed(html)
    reader.close()
    return "".join(found)


def tags_of(html: str) -> set[str]:
    from html.parser import HTMLParser

    found: set[str] = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.add(tag)
            assert not [name for name, _ in attrs if name.startswith("on")]

        def handle_comment(self, data: str) -> None:
            found.add("!--")

    reader = Reader()
    reader.feed(html)
    reader.close()
    return found


@pytest.mark.parametrize("text", HOSTILE.values(), ids=[f"X19-{each}" for each in HOSTILE])
def test_hostile_text_in_a_paragraph_is_shown_as_it_is(text: str) -> None:
    html = html_of(f"Says {markdown(text)} here")
    assert tags_of(html) == {"p"}
    assert words_of(html) == f"Says {readable(' '.join(text.split()))} here"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=[f"X19-{each}" for each in HOSTILE])
def test_hostile_text_in_a_table_cell_stays_in_its_cell(text: str) -> None:
    html = html_of(f"| a | b |\n| --- | --- |\n| {markdown(text)} | end |")
    assert html.count("<td>") == 2
    assert tags_of(html) == {"table", "thead", "tbody", "tr", "th", "td"}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=[f"X19-{each}" for each in HOSTILE])
def test_hostile_text_in_a_heading_stays_text(text: str) -> None:
    html = html_of(f"# {markdown(text)}")
    assert tags_of(html) == {"h1"}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=[f"B38-{each}" for each in HOSTILE])
def test_notes_of_several_lines_are_shown_literally(text: str) -> None:
    html = html_of(paragraphs(f"{text}\n\n{text}"))
    assert tags_of(html) <= {"blockquote", "p", "br"}


@pytest.mark.parametrize(
    "line",
    ["# head", "- item", "* item", "+ item", "1. item", "1) item", "> quote", "    code", "\tcode",
     "---", "===", "```", "!!! note", ": definition", "| a |", "<div>"],
)  # fmt: skip
def test_a_line_of_notes_is_no_markup_whatever_it_starts_with(line: str) -> None:
    html = html_of(paragraphs(f"before\n{line}\nafter\n\n{line}"))
    assert tags_of(html) <= {"blockquote", "p", "br"}
    assert line.strip() in words_of(html)


@given(st.text(max_size=60))
def test_no_text_at_all_becomes_markup(text: str) -> None:
    assert tags_of(html_of(f"Says {markdown(text)} here")) == {"p"}
    assert tags_of(html_of(paragraphs(text))) <= {"blockquote", "p", "br"}
    assert not set(attribute(text)) & set("<>\"'`")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a\\u202eb"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\U000e0041", "\\U000e0041"),
        ("a\u200cb \U0001f469\u200d", "a\u200cb \U0001f469\u200d"),
        ("10\u00a0km\u3000x", "10\u00a0km\u3000x"),
    ],
)
def test_control_and_bidi_characters_are_spelled_out(text: str, shown: str) -> None:
    assert readable(text) == shown


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//elsewhere.example",
        "/relative",
        "file:///etc/passwd",
        "http://",
        "https://user:word@host.example/",
        "https://host.example/ x",
        "https://host.example/\u202e",
        'https://host.example/"onmouseover="x',
        "https://host.example/<script>",
        "https://[bad/",
        "ht\ttp://host.example",
        "https://host.example/" + "x" * 3000,
        "not a link",
    ],
)
def test_only_plain_web_addresses_become_links(url: str) -> None:
    assert web_address(url) == ""
    assert "<a" not in html_of(f"See {link('x', url)}")


def test_a_web_address_becomes_a_link_whatever_is_in_its_path() -> None:
    html = html_of(f"See {link('a [b](c)', 'https://t.example/a_(b)_*c*?d=[1]&e=2#f')} here")
    assert 'href="https://t.example/a_%28b%29_*c*?d=%5B1%5D&amp;e=2#f"' in html
    assert words_of(html) == "See a [b](c) here"
    assert tags_of(html) == {"p", "a"}


def test_only_harmless_identifiers_are_put_in_code_style() -> None:
    assert code("sha256:" + "a" * 64).startswith("`sha256")
    assert "`" not in code("a`b")
    assert "|" not in code("a|b")


def test_only_a_command_of_harmless_words_is_put_in_code_style() -> None:
    pause = ("tagboat", "pause", "production/shop", "--reason", "WHY")
    assert command(*pause) == "`tagboat pause production/shop --reason WHY`"
    for odd in ("a`b", "a b", "--a`b", "<b>"):
        assert "`" not in command("tagboat", odd)


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"]
)
def test_no_cell_of_a_spreadsheet_is_a_formula(text: str) -> None:
    assert spreadsheet(text)[0] not in "=+-@\t\r"


@pytest.mark.parametrize("text", ["1.2.0", "it's = fine", ""])
def test_ordinary_cells_of_a_spreadsheet_are_left_alone(text: str) -> None:
    assert spreadsheet(text) == text
