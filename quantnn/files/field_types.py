"""Types of fields in the records that are read from files."""

from typing import Annotated

from pydantic import Field

__all__ = ["AboveZero", "AtLeastZero", "Count", "FileName", "Positive", "Share", "Text"]

Count = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
AtLeastZero = Annotated[float, Field(ge=0)]
AboveZero = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Text = Annotated[str, Field(min_length=1)]

FileName = Annotated[str, Field(pattern=r"^(?:[\w+-][\w.+-]*/)*[\w+-][\w.+-]*$")]
"""A file in a folder, with forward slashes; nothing hidden, above, absolute, or that a shell or Tcl would act on."""
