"""Whether the disks of this host have room left for something new."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_MEGABYTE = 10**6


@dataclass(frozen=True, slots=True)
class Room:
    """The folders that deployments fill, by what is kept there, and the megabytes they must leave.

    Of a folder that isn't there yet the one counts that it will be made in.
    """

    folders: Mapping[str, Path]
    least: int

    def __call__(self) -> str:
        """Why nothing new may begin; empty while there is room, or where nobody can tell."""
        for what, folder in self.folders.items():
            try:
                at = next(each for each in (folder, *folder.parents) if each.exists())
                free = shutil.disk_usage(at).free
            except (OSError, StopIteration):
                continue
            if free < self.least * _MEGABYTE:
                return f"less than {self.least} MB are free where {what}"
        return ""
