"""Facts about files, kept between runs: a table on disk that may vanish at any time.

The file belongs to one user of one machine and is readable for nobody else. Whatever isn't as this
module wrote it (another owner, a row whose checksum is wrong, a database that can't be read) is
simply not there; and a disk that is full costs time and nothing else.
"""

import contextlib
import os
import sqlite3
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

_T = TypeVar("_T")

_TABLE = "CREATE TABLE IF NOT EXISTS facts (key TEXT PRIMARY KEY, seal BLOB, text TEXT)"
_AT_ONCE = 900
_MOST = 200_000
_PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class FactStore:
    """Key → text. ``edition`` names the code that wrote the facts; other code finds nothing."""

    folder: Path
    edition: str

    @property
    def file(self) -> Path:
        """The database."""
        return self.folder / f"facts-{self.edition[:16]}.sqlite"

    def recall(self, keys: Sequence[str]) -> dict[str, str]:
        """The texts of those keys that are there and whole."""

        def look(database: sqlite3.Connection) -> dict[str, str]:
            rows: list[tuple[str, bytes, str]] = []
            for start in range(0, len(keys), _AT_ONCE):
                some = keys[start : start + _AT_ONCE]
                marks = ",".join("?" * len(some))
                query = f"SELECT key, seal, text FROM facts WHERE key IN ({marks})"  # noqa: S608
                rows += database.execute(query, some)
            return {
                key: text
                for key, seal, text in rows
                if isinstance(text, str) and seal == self._seal(key, text)
            }

        return self._use(look, writing=False) or {}

    def keep(self, facts: Mapping[str, str]) -> None:
        """Keep these texts; if there are far too many in the end, all others are forgotten."""
        # In the order of the index, which is then written from left to right.
        rows = [(key, self._seal(key, text), text) for key, text in sorted(facts.items())]

        def write(database: sqlite3.Connection) -> None:
            database.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?, ?)", rows)
            (count,) = database.execute("SELECT count(*) FROM facts").fetchone()
            if count > _MOST:
                database.execute("DELETE FROM facts")
                database.executemany("INSERT INTO facts VALUES (?, ?, ?)", rows)
            database.commit()

        if rows:
            self._use(write, writing=True)

    def _seal(self, key: str, text: str) -> bytes:
        said = f"{self.edition}\0{key}\0{text}".encode(errors="surrogatepass")
        return blake2b(said, digest_size=16).digest()

    def _use(self, action: Callable[[sqlite3.Connection], _T], *, writing: bool) -> _T | None:
        """What the action gives, or nothing if anything went wrong with the database."""
        try:
            if not self._ready(writing=writing):
                return None
            with contextlib.closing(sqlite3.connect(self.file, timeout=_PATIENCE)) as database:
                if writing:
                    database.execute("PRAGMA synchronous = OFF")
                    database.execute(_TABLE)
                return action(database)
        except (sqlite3.OperationalError, OSError, UnicodeError):
            # Locked for too long, a full disk, a table that isn't there yet, an odd file name.
            return None
        except sqlite3.DatabaseError:
            with contextlib.suppress(OSError):
                self.file.unlink()
            return None

    def _ready(self, *, writing: bool) -> bool:
        """Whether the file is there and ours; with ``writing`` it is made anew if it isn't."""
        try:
            found = self.file.lstat()
        except FileNotFoundError:
            found = None
        if found is not None:
            ours = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()
            if ours and not found.st_mode & 0o077:
                return True
            self.file.unlink()
        if not writing:
            return False
        self.folder.mkdir(parents=True, exist_ok=True)
        for other in self.folder.glob("facts-*.sqlite*"):
            other.unlink(missing_ok=True)
        os.close(os.open(self.file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return True
