"""A range of integers as it stands in plan.json: an array of its least and its greatest value."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from quantnn.arithmetic import IntegerRange

__all__ = ["RangePair"]


class _AsPair:
    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.json_or_python_schema(
            json_schema=core_schema.no_info_after_validator_function(
                lambda pair: IntegerRange(*pair), handler.generate_schema(tuple[int, int])
            ),
            python_schema=core_schema.is_instance_schema(IntegerRange),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda values: [values.lo, values.hi]),
        )


RangePair = Annotated[IntegerRange, _AsPair()]
