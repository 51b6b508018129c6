"""Proving and back-testing past decisions from a clone.

    .venv/bin/python benchmarks/decisions.py [decisions [apps]]

Makes a past up (`past.py`), then makes every decision of it again, as ``tagboat prove --all`` does,
and replays the first thousand deployments under a stricter policy. Signatures of the records are
left out: `history.py` measures them. Prints a table and writes ``build/bench/decisions.json``.
Seconds are CPU of this process and of its children.
"""

import json
import os
import resource
import sys
import tempfile
from collections import Counter
from itertools import islice
from pathlib import Path

from past import Past

from reconciler.daemon.proving import Proving
from reconciler.model.records import Claim
from reconciler.registry import open_view
from reconciler.repository.trees import entries
from reconciler.signoff.facts import Entry
from reconciler.system.editions import editions

REPLAYED = 1_000
TARGET = 10.0
PROOF = 60.0
"""CPU seconds for 10,000 decisions."""
POLICY = "environments/policies/strict.yaml"


def cpu() -> float:
    """CPU seconds so far, of this process and of the children it has waited for."""
    spent = (resource.getrusage(each) for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in spent)


def main(decisions: int, apps: int) -> None:
    """Measure, print and write."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="tagboat-bench-") as name:
        folder = Path(name)
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        began = cpu()
        past = Past(folder / "past", apps)
        past.grow(decisions)
        past.publish()
        found["make the past up"] = cpu() - began
        view = open_view(past.configuration(), folder / "clone", writer=False)
        past.trust(view.git)
        began = cpu()
        view.refresh()
        found["read the history"] = cpu() - began
        began = cpu()
        proofs = Counter(each.agreement.value for each in Proving(view, editions()).proofs())
        found["prove every decision"] = cpu() - began
        changed = {POLICY: stricter(past)}
        claims = sum(isinstance(each, Claim) for each in view.records)
        began = cpu()
        replays = list(islice(Proving(view, editions(), past.git).backtest(changed), REPLAYED))
        found["back-test"] = cpu() - began
    blocked = sum(bool(each.blocked) for each in replays)
    print(f"{past.decisions:,} decisions, {past.merges} merges, {len(past.records):,} records\n")
    print(f"{'seconds':28}{'CPU':>9}")
    for each, seconds in found.items():
        print(f"{each:28}{seconds:9.1f}")
    print(f"\nproofs: {dict(proofs)}")
    print(f"back-tested {len(replays):,} of {claims:,} deployments, {blocked:,} would be blocked")
    met = "met" if found["prove every decision"] * 10_000 < PROOF * past.decisions else "MISSED"
    print(f"target for 10,000 proved: {PROOF:.0f} s, {met}")
    met = "met" if found["back-test"] * REPLAYED < TARGET * len(replays) else "MISSED"
    print(f"target for 1,000 back-tested: {TARGET:.0f} s, {met}")
    out = Path("build/bench/decisions.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    told = {"decisions": past.decisions, "replayed": len(replays), "proofs": proofs, "cpu": found}
    out.write_text(json.dumps(told, indent=2) + "\n")
    if set(proofs) != {"same"}:
        sys.exit("a decision does not come out the same")


def stricter(past: Past) -> Entry:
    """The policy of production with a window that is shut in the morning."""
    mode, blob = entries(past.git, "main")[POLICY]
    text = past.git.tell(["cat-file", "blob", blob]).replace('from: "08:00"', 'from: "13:00"')
    made = past.git.tell(["hash-object", "-w", "--stdin"], stdin=f"{text}\n".encode())
    return Entry(mode, made)


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    main(*(given + [10_000, 60][len(given) :]))
