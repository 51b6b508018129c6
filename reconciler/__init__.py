"""Tagboat: merge a tag into an environment's file; it is towed in, or back out, and says why.

Layers, imports go down only (checked by import-linter as part of ``make test``):

* L0 ``errors``, ``diagnostics``, ``names``, ``canonical``: words everybody may use
* L1 ``model``: frozen values
* L2 ``manifest timetable validator signoff planner deployer publish``: the pure core
* L3 ``ports``: what the core asks of the world
* L4 ``drivers probes journal``, ``repository``, ``system``: adapters
* L5 ``daemon``: loop and executor
* L6 ``registry``, ``cli``, ``tutorial``: composition
"""

__version__ = "0.1.0"
