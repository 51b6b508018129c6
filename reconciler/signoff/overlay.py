"""A map that thousands of states share: each adds a few paths to the one before it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

V = TypeVar("V")


@dataclass(frozen=True, slots=True, eq=False)
class Overlay(Generic[V]):
    """Layers of path → value, the upper ones first; the uppermost that has a path counts.

    A layer swallows those below while they aren't larger, so there are at most about log₂ n layers,
    and n small additions copy about n log n values altogether.
    """

    layers: tuple[Mapping[str, V], ...] = ()

    def get(self, path: str) -> V | None:
        """The value at a path, or nothing."""
        for layer in self.layers:
            if path in layer:
                return layer[path]
        return None

    def put(self, added: Mapping[str, V]) -> "Overlay[V]":
        """A map with some values added or replaced; the same object if there are none."""
        if not added:
            return self
        own, below = added, self.layers
        while below and len(below[0]) <= len(own):
            own, below = {**below[0], **own}, below[1:]
        return Overlay((own, *below))

    def flat(self) -> dict[str, V]:
        """All values in one plain dict."""
        found: dict[str, V] = {}
        for layer in reversed(self.layers):
            found.update(layer)
        return found

    def unshared(self, other: "Overlay[V]") -> set[str]:
        """Paths that may differ between two maps: those of layers that only one of them has."""
        both = (*self.layers, *other.layers)
        shared = {id(each) for each in self.layers} & {id(each) for each in other.layers}
        return {path for each in both if id(each) not in shared for path in each}
