"""Target: where something runs."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, ClassVar

from pydantic import Field

from reconciler.model.base import Choice
from reconciler.names import Command, Line, Percent

DRIVERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "local": frozenset({"root", "listen"}),
        "memory": frozenset({"root", "listen"}),
        "ssh": frozenset({"hosts", "root", "restart", "batches"}),
        "kubernetes": frozenset({"cluster", "namespace", "path"}),
        "argocd": frozenset({"application"}),
        "flux": frozenset({"kustomization", "helm_release"}),
        "command": frozenset({"name"}),
        "record": frozenset(),
    }
)
"""Driver → the fields that are its own."""

NEEDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "local": ("root",),
        "ssh": ("hosts", "root"),
        "kubernetes": ("cluster", "namespace", "path"),
        "argocd": ("application",),
        "flux": ("kustomization or helm_release",),
        "command": ("name",),
    }
)
"""Driver → the fields without which it can't find the place."""


class Target(Choice):
    """Where it runs. ``driver`` chooses the sort; the other fields are the driver's own."""

    AT_MOST_ONE: ClassVar[tuple[str, ...]] = ("kustomization", "helm_release")
    UNENFORCED: ClassVar[frozenset[str]] = frozenset(
        {
            "hosts",
            "restart",
            "batches",
            "cluster",
            "namespace",
            "path",
            "application",
            "kustomization",
            "helm_release",
            "name",
        }
    )

    driver: Line | None = Field(default=None, examples=list(DRIVERS))
    """``local``: processes and folders of this machine. ``memory``: nothing but memory, to try.
    ``ssh``, ``kubernetes``, ``argocd``, ``flux``, ``command`` and ``record`` are others. A layer
    may leave it to another."""
    root: Line | None = Field(default=None, examples=["{environment}/{app}"])
    """``local``: folder inside the one that host configuration gives the driver. ``ssh``: folder
    on the hosts. Placeholders."""
    listen: Line | None = Field(default=None, examples=["127.0.0.1:8101"])
    """``local``: address and port that the place answers on."""
    hosts: tuple[Line, ...] | None = Field(default=None, min_length=1, strict=False)
    """``ssh``: the machines. Placeholders."""
    restart: tuple[Command, ...] | None = Field(default=None, strict=False)
    """``ssh``: commands after the switch. Placeholders."""
    batches: tuple[Annotated[int, Field(ge=1)] | Percent, ...] | None = Field(
        default=None, min_length=1, strict=False, examples=[[1, "100%"]]
    )
    """``ssh``: how many hosts at once, one batch after the other; numbers or shares."""
    cluster: Line | None = None
    """``kubernetes``: the cluster, as host configuration names it."""
    namespace: Line | None = None
    """``kubernetes``: the namespace. Placeholders."""
    path: Line | None = None
    """``kubernetes``: folder of manifests in the app's repository. Placeholders."""
    application: Line | None = None
    """``argocd``: the application. Placeholders."""
    kustomization: Line | None = None
    """``flux``: the kustomization. Placeholders."""
    helm_release: Line | None = None
    """``flux``: the Helm release. Placeholders."""
    name: Line | None = None
    """``command``: a program that the host allows."""
