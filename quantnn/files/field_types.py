"""Types of fields in the records that are read from files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

__all__ = [
    "AboveZero", "AtLeastZero", "Count", "FileName", "Hertz", "Hexadecimal", "Must", "Positive", "Share", "Size",
    "Sources", "Text", "UsbId", "Words",
]  # fmt: skip


@dataclass(frozen=True)
class Must:
    """What a field of one value must be, in the words of our errors: all of it, whatever of it is not so."""

    words: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(self._check, handler(source))

    def _check(self, value: Any, inner: core_schema.ValidatorFunctionWrapHandler) -> Any:
        try:
            return inner(value)
        except ValidationError:
            raise PydanticCustomError("must", self.words) from None


Count = Annotated[int, Field(ge=0), Must("be an integer of at least 0")]
Positive = Annotated[int, Field(ge=1), Must("be an integer of at least 1")]
Size = Annotated[int, Field(ge=1, le=1 << 24), Must(f"be an integer from 1 to {1 << 24}")]
"""Of something that is built, or held in memory."""
AtLeastZero = Annotated[float, Field(ge=0), Must("be a number of at least 0")]
AboveZero = Annotated[float, Field(gt=0), Must("be a number above 0")]
Share = Annotated[float, Field(ge=0, le=1), Must("be a number from 0 to 1")]
Text = Annotated[str, Field(min_length=1), Must("be a non-empty string")]
Hertz = Annotated[int, Field(ge=1, le=10**10), Must("be an integer from 1 to 10000000000")]
Words = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_ .,:+/()%=-]*$"),
    Must("be words of letters, digits, spaces and _.,:+-/()%="),
]
"""What goes into a tool's script as it stands."""
Sources = Annotated[tuple[Text, ...], Field(min_length=1)]
"""Ids of the documents that state a fact."""
UsbId = Annotated[str, Field(pattern="^[0-9a-f]{4}:[0-9a-f]{4}$"), Must("be a vendor and product like 0403:6015")]
Hexadecimal = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$"), Must("be 16 hexadecimal digits")]
FileName = Annotated[
    str,
    Field(pattern=r"^(?:[A-Za-z0-9_+-][A-Za-z0-9_.+-]*/)*[A-Za-z0-9_+-][A-Za-z0-9_.+-]*$"),
    Must("be a file in the folder, like board/quantnn_board.v, of letters, digits, '_', '.', '+' and '-'"),
]
"""With forward slashes; nothing hidden, above, absolute, or that a shell or Tcl would act on."""
