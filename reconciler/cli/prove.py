"""``tagboat prove``: make past decisions again, and see whether they come out the same."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.formats import Format
from reconciler.cli.options import ConfigOption, FolderOption, FormatOption
from reconciler.cli.output import emit, say
from reconciler.errors import ExitCode, UsageError
from reconciler.visibility import visible

if TYPE_CHECKING:
    from reconciler.cli.knowledge import Known
    from reconciler.planner.proof import Proof


def prove(
    record: Annotated[
        str,
        typer.Argument(
            metavar="[RECORD]", help="A record's number or id, or a deployment.", show_default=False
        ),
    ] = "",
    everything: Annotated[
        bool, typer.Option("--all", help="Every decision there ever was, and every signature.")
    ] = False,
    output: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    folder: FolderOption = Path(),
) -> None:
    """Make past decisions again, and name the input that changed.

    Files come from the commit that was decided on, the history from the records before; time and
    what was observed from the record's evidence. Needs a clone, and neither reconciler nor remote.
    """
    from reconciler.cli.knowledge import known
    from reconciler.planner.proof import Agreement

    if bool(record) == everything:
        raise UsageError("name one record, or ask for --all", hint="tagboat history")
    seen = known(config, folder)
    if seen.silence:
        say(f"{seen.silence.message}; proving what is known here")
    proofs = _proofs(seen, record)
    signed = seen.view.history.verify_all() if everything else 0

    def table() -> None:
        for each in proofs:
            if each.agreement is not Agreement.SAME or not everything:
                print(visible(_line(each)))
        if everything:
            _sum_up(proofs, signed)

    emit([each.as_json() for each in proofs], output, table=table)
    if any(each.agreement is Agreement.DIFFERENT for each in proofs):
        raise typer.Exit(ExitCode.NO)


def _proofs(seen: "Known", record: str) -> "list[Proof]":
    from reconciler.daemon.proving import Proving, decisions_in
    from reconciler.system.editions import editions

    wanted = None
    if record:
        wanted = frozenset(decisions_in(seen.view.records, record))
        if not wanted:
            known = any(record in {str(each.sequence), each.id} for each in seen.view.records)
            why = f"record {record} is no decision" if known else f"there is no record {record}"
            hint = "tagboat history lists the records; what started or was held is a decision"
            raise UsageError(why, hint=hint)
    found: list[Proof] = []
    for each in Proving(seen.view, editions()).proofs(wanted):
        found.append(each)
        _progress(len(found), done=False)
    _progress(len(found), done=True)
    return found


def _sum_up(proofs: "list[Proof]", signed: int) -> None:
    from collections import Counter

    counts = Counter(each.agreement.value for each in proofs)
    said = ", ".join(f"{counts[word]} {words}" for word, words in _WORDS.items() if counts[word])
    print(f"{len(proofs)} decisions: {said or 'none yet'}")
    print(f"{signed} records: every signature is good, and the chain is whole")


_WORDS = {
    "same": "come out the same, byte for byte",
    "other-words": "come out the same in other words",
    "different": "come out otherwise",
    "no-evidence": "kept no evidence",
}
_SYMBOLS = {"same": "✔", "other-words": "✔", "different": "✖", "no-evidence": "?"}


def _line(proof: "Proof") -> str:
    word = proof.agreement.value
    changed = f"; changed: {', '.join(proof.changed)}" if proof.changed else ""
    said = _WORDS[word].replace("come", "comes", 1).replace("kept", "keeps", 1)
    return f"{_SYMBOLS[word]} {proof.sequence}  {proof.subject}: {said}{changed}"


def _progress(count: int, *, done: bool) -> None:
    import sys

    if not sys.stderr.isatty():
        return
    if done:
        print("\r\033[K", end="", file=sys.stderr)
    elif count % 50 == 0:
        print(f"\r{count} decisions proved", end="", file=sys.stderr, flush=True)
