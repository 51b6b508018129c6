"""Small changes of a whole repository, always the same ones."""

import re
from hashlib import sha256

from manifest_trees import blob

_VALUE = re.compile(rb"(?<=[:\[,] )(\"?)([a-z0-9][A-Za-z0-9./-]*)(?=[\",}\]\n ])")


def changes(folder, tree):
    """(name, changed tree): each file gone, broken, and with each of some values altered."""
    names = sorted({part for path in tree for part in path.replace(".yaml", "").split("/")[1:]})
    for path, each in tree.items():
        yield f"{path} gone", {**tree, path: None}
        yield f"{path} broken", {**tree, path: blob(each.data + b"x: [\n")}
        for number, match in enumerate(_VALUE.finditer(each.data)):
            # Some of the values, chosen by their place, so that the test stays quick.
            dice = sha256(f"{folder.name}{path}{number}".encode()).digest()
            if dice[0] % 8:
                continue
            other = names[dice[1] % len(names)].encode()
            data = each.data[: match.start(2)] + other + each.data[match.end(2) :]
            yield f"{path} {match[2]} → {other}", {**tree, path: blob(data)}
