"""Changing values of a YAML file, and leaving everything else in it as it is written."""

from collections.abc import Callable
from io import BytesIO
from typing import Any


def edited(text: bytes, change: Callable[[Any], None]) -> bytes:
    """The text once ``change`` has altered its nodes in place; comments, order and quotes stay.

    Raises ruamel's ``YAMLError`` when it can't be read.
    """
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1 << 20
    # Without braces a pair in a list is another form of YAML, which Tagboat's files don't have.
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    node = yaml.load(text)
    change(node)
    out = BytesIO()
    yaml.dump(node, out)
    return out.getvalue()
