"""A long history shares what its records have in common."""

from reconciler.deployer.ledger import Ledger
from reconciler.model.records import Sighting


def sighting(number):
    return Sighting.model_validate(
        {
            "id": f"{number:032x}",
            "sequence": number,
            "at": "2026-11-20T10:00:00.000Z",
            "reconciler": "one",
            "sort": "tag",
            "about": f"shop v{number}",
            "facts": {},
        }
    )


def test_records_share_which_fields_they_were_given_and_copies_do_not():
    ledger, one, two = Ledger(), sighting(1), sighting(2)
    given = set(one.model_fields_set)
    ledger.apply(one)
    ledger.apply(two)
    assert one.model_fields_set is two.model_fields_set
    copy = one.model_copy(update={"kind": "Sighting"})
    assert "kind" in copy.model_fields_set
    assert one.model_fields_set == two.model_fields_set == given
    assert one.model_dump(exclude_unset=True) == sighting(1).model_dump(exclude_unset=True)
