"""What a verifier said of a signature, as the text in which it is kept (pure)."""

from typing import assert_never

from reconciler.signoff.facts import Bad, Signature, Signed, Unknown, Unlisted, Unsigned


def text_of(verdict: Signature) -> str:
    """The verdict as text, for `verdict_of`; raises `ValueError` for an unanswered question."""
    match verdict:
        case Signed(by):
            return f"signed {by}"
        case Bad(by):
            return f"bad {by}".rstrip()
        case Unsigned():
            return "unsigned"
        case Unlisted():
            return "unlisted"
        case Unknown(why):
            raise ValueError(why)
        case _:
            assert_never(verdict)


def verdict_of(text: str) -> Signature:
    """What `text_of` gave; raises `ValueError` for anything else."""
    sort, _, by = text.partition(" ")
    match sort:
        case "signed" if by:
            return Signed(by)
        case "bad" if by or text == sort:
            return Bad(by)
        case "unsigned" if text == sort:
            return Unsigned()
        case "unlisted" if text == sort:
            return Unlisted()
        case _:
            raise ValueError(text)


def lasts(verdict: Signature) -> bool:
    """Whether it holds for ever, whichever keys are listed."""
    return not isinstance(verdict, Unlisted | Unknown)


def lasting_of(text: str) -> Signature:
    """A verdict that `lasts`, from its text; raises `ValueError` for anything else."""
    verdict = verdict_of(text)
    if not lasts(verdict):
        raise ValueError(text)
    return verdict
