"""Arrow's columns as NumPy's arrays and back by their memory: Arrow's own ways load pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


def numbers(column: Any) -> np.ndarray:
    """The values of a column of integers; whatever stands there, mostly 0, where one is null."""
    import numpy as np

    array = _whole(column)
    if not len(array):
        return np.zeros(0, dtype=str(array.type))
    whole = np.frombuffer(array.buffers()[1], dtype=str(array.type))
    return whole[array.offset : array.offset + len(array)]


def codes(texts: Any) -> tuple[np.ndarray, list[Any]]:
    """For each text the place of its value among the distinct values, which are the second; null is one of them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = _whole(texts)
    if pa.types.is_dictionary(whole.type):  # its nulls have no place among its values
        whole = whole.dictionary_decode()
    coded = pc.dictionary_encode(whole, null_encoding="encode")
    return numbers(coded.indices).astype("int64"), coded.dictionary.to_pylist()


def rows(table: pa.Table, places: np.ndarray) -> pa.Table:
    """The rows of ``table`` at ``places``."""
    import numpy as np
    import pyarrow as pa

    memory = pa.py_buffer(np.ascontiguousarray(places, dtype=np.int64))
    return table.take(pa.Array.from_buffers(pa.int64(), len(places), [None, memory]))


def _whole(column: Any) -> Any:
    return column.combine_chunks() if hasattr(column, "chunks") else column
