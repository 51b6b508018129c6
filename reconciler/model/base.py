"""How every model behaves: strict, frozen, nothing unknown."""

import ast
from collections.abc import Mapping
from functools import cache
from inspect import cleandoc, getsource
from itertools import combinations, pairwise
from textwrap import dedent
from typing import Any, ClassVar, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError


def _said_in_schema(schema: JsonDict, model: type[Any]) -> None:
    """What a model says about its fields, and about fields standing together."""
    properties = schema.get("properties")
    assert isinstance(properties, dict)  # noqa: S101 - narrowing
    for name, text in _docstrings(model).items():
        said = properties[model.model_fields[name].alias or name]
        assert isinstance(said, dict)  # noqa: S101 - narrowing
        said.setdefault("description", text)
    one_of: list[JsonValue] = [{"required": [each]} for each in model.ONE_OF]
    if one_of:
        schema["oneOf"] = one_of
    pairs: list[JsonValue] = [
        {"not": {"required": list(pair)}} for pair in combinations(model.AT_MOST_ONE, 2)
    ]
    if pairs:
        schema["allOf"] = pairs
    if model.NEEDS:
        schema["dependentRequired"] = {name: list(each) for name, each in model.NEEDS.items()}


def _docstrings(model: type[Any]) -> dict[str, str]:
    """Field → the text below it, of a model and those it stands on.

    pydantic would read the sources of all models at each start, which is half of what one costs.
    """
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if each is BaseModel or not issubclass(each, BaseModel):
            continue
        (definition,) = ast.parse(dedent(getsource(each))).body
        assert isinstance(definition, ast.ClassDef)  # noqa: S101 - narrowing
        for before, after in pairwise(definition.body):
            match before, after:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str() as text)),
                ) if name in model.model_fields:
                    found[name] = cleandoc(text)
                case _:
                    pass
    return found


class Model(BaseModel):
    """A frozen value; unknown fields and coercions are errors."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        defer_build=True,
        json_schema_extra=_said_in_schema,
    )

    UNENFORCED: ClassVar[frozenset[str]] = frozenset()
    """Fields that this version reads and doesn't enforce: a place that uses one is held."""
    ONE_OF: ClassVar[tuple[str, ...]] = ()
    """Fields, as files write them, of which exactly one is given: they choose a sort."""
    AT_MOST_ONE: ClassVar[tuple[str, ...]] = ()
    """The same where another layer may give it."""
    NEEDS: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Field → the fields that it says nothing without."""
    NAMED: ClassVar[bool] = False
    """Whether the fields are names of things, so that null takes one away in a layer."""

    def unenforced(self) -> frozenset[str]:
        """The fields that this value uses and nothing enforces yet.

        A field that says what holds anyway, by default, isn't used.
        """
        fields = type(self).model_fields
        return frozenset(
            name
            for name in self.UNENFORCED & self.model_fields_set
            if getattr(self, name) != fields[name].get_default(call_default_factory=True)
        )


def share_fields_set(model: BaseModel, shared: dict[type, list[set[str]]]) -> None:
    """Let equal models, and those inside them, have one set of the names of what was given.

    They are frozen, and a copy gets a set of its own. A long history is half of such sets.
    """
    kind, given = type(model), model.__pydantic_fields_set__
    known = shared.setdefault(kind, [])
    # A handful for each kind: comparing them is quicker than a key that can be looked up.
    for one in known:
        if one == given:
            object.__setattr__(model, "__pydantic_fields_set__", one)
            break
    else:
        known.append(given)
    values = vars(model)
    for name in _holding_models(kind):
        value = values[name]
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, BaseModel):
                share_fields_set(each, shared)


@cache
def _holding_models(kind: type[BaseModel]) -> tuple[str, ...]:
    """The fields that may hold models, alone or in a tuple."""
    return tuple(
        name for name, field in kind.model_fields.items() if _speaks_of_models(field.annotation)
    )


def _speaks_of_models(annotation: Any) -> bool:
    inside = get_args(annotation)
    if inside:
        return any(_speaks_of_models(each) for each in inside)
    return annotation is Any or (isinstance(annotation, type) and issubclass(annotation, BaseModel))


class Choice(Model):
    """A value whose fields depend on one another, as `ONE_OF`, `AT_MOST_ONE` and `NEEDS` say.

    Only such values are asked whether they do: most have no such fields.
    """

    @model_validator(mode="after")
    def _chosen(self) -> Self:
        names, values = _names(type(self)), vars(self)
        given = {names[each] for each in self.model_fields_set if values[each] is not None}
        if choices(type(self), given):
            raise PydanticCustomError("choice", "expected other fields together")
        return self


@cache
def _names(model: type[Choice]) -> Mapping[str, str]:
    """Field → its name in files."""
    return {name: field.alias or name for name, field in model.model_fields.items()}


class Manifest(Model):
    """The head that every managed file has."""

    LAYERED: ClassVar[bool] = False
    """Whether null may take away a named thing that a layer below gives."""

    apiVersion: Literal["tagboat/v1"] = Field(description="The format of this file.")  # noqa: N815


def choices(model: type[Model], given: set[str]) -> list[tuple[str, tuple[str, ...]]]:
    """What is wrong with these fields, by their names in files, standing together.

    Each as a field's name and the fields it should stand beside; without a name, these are the
    fields of which exactly one was expected.
    """
    found: list[tuple[str, tuple[str, ...]]] = []
    if model.ONE_OF and len(given.intersection(model.ONE_OF)) != 1:
        found.append(("", model.ONE_OF))
    if len(given.intersection(model.AT_MOST_ONE)) > 1:
        found.append(("", model.AT_MOST_ONE))
    for name, needed in model.NEEDS.items():
        if name in given and not given.issuperset(needed):
            found.append((name, tuple(each for each in needed if each not in given)))
    return found
