"""How every model behaves: strict, frozen, nothing unknown."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field


class Model(BaseModel):
    """A frozen value; unknown fields and coercions are errors."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", use_attribute_docstrings=True
    )

    NOT_YET: ClassVar[frozenset[str]] = frozenset()
    """Fields of format v1 that this version doesn't enforce: an error, never read and ignored."""


class Manifest(Model):
    """The head that every managed file has."""

    apiVersion: Literal["tagboat/v1"] = Field(description="The format of this file.")  # noqa: N815
