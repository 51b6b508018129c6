"""What a keeper writes down, synced, so that the one after it goes on with the same."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.system.files import sync_folder, write_durably

Order = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wishes:
    """The desired order and the page of maintenance, each in a file of the keeper's folder."""

    folder: Path

    def desired(self) -> Order | None:
        """What is started again; with ``private`` where only this host reaches it."""
        return self._read("desired.json")

    def page(self) -> Order | None:
        """What visitors see instead; nothing without maintenance."""
        return self._read("maintenance.json")

    def desire(self, order: Order | None, *, private: bool = False) -> None:
        """From now on this is started again, or nothing."""
        self._write("desired.json", order and {**order, "private": private})

    def show(self, page: Order | None) -> None:
        """From now on visitors see this page, or none."""
        self._write("maintenance.json", page)

    def _read(self, name: str) -> Order | None:
        path = self.folder / name
        found: Order | None = json.loads(path.read_text()) if path.exists() else None
        return found

    def _write(self, name: str, order: Order | None) -> None:
        if order is not None:
            write_durably(self.folder / name, json.dumps(order).encode())
        else:
            (self.folder / name).unlink(missing_ok=True)
            sync_folder(self.folder)
