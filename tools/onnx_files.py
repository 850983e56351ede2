"""Write small models as ONNX files, after onnx.proto, so that tests need no package onnx."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

FLOAT, INT32, INT64 = 1, 6, 7
"""Types of numbers, as TensorProto.DataType has them."""
_TYPES = {FLOAT: "<f4", INT32: "<i4", INT64: "<i8"}


def model_file(
    nodes: Sequence[bytes],
    constants: Sequence[bytes],
    inputs: Sequence[bytes],
    outputs: Sequence[bytes],
    metadata: Mapping[str, str],
) -> bytes:
    """Return the octets of an ONNX file, of operator set 13."""
    graph = b"".join(
        [
            *(_octets(1, node) for node in nodes),
            _octets(2, b"graph"),
            *(_octets(5, constant) for constant in constants),
            *(_octets(11, each) for each in inputs),
            *(_octets(12, each) for each in outputs),
        ]
    )
    properties = (
        _octets(14, _octets(1, key.encode()) + _octets(2, value.encode()))
        for key, value in metadata.items()
    )
    opset = _octets(1, b"") + _integer(2, 13)
    return b"".join([_integer(1, 8), _octets(7, graph), _octets(8, opset), *properties])


def node(
    operation: str, inputs: Sequence[str], output: str, **attributes: int | str | Sequence[int]
) -> bytes:
    """Return a node that makes `output` from `inputs`."""
    return b"".join(
        [
            *(_octets(1, name.encode()) for name in inputs),
            _octets(2, output.encode()),
            _octets(3, f"make {output}".encode()),
            _octets(4, operation.encode()),
            *(_octets(5, _attribute(name, each)) for name, each in attributes.items()),
        ]
    )


def _attribute(name: str, content: int | str | Sequence[int]) -> bytes:
    if isinstance(content, str):
        return _octets(1, name.encode()) + _octets(4, content.encode()) + _integer(20, 3)
    if isinstance(content, int):
        return _octets(1, name.encode()) + _integer(3, content) + _integer(20, 2)
    several = b"".join(_integer(8, each) for each in content)
    return _octets(1, name.encode()) + several + _integer(20, 7)


def tensor(name: str, kind: int, values: ArrayLike) -> bytes:
    """Return a constant with the values and the shape of `values`.

    Raise TypeError for values that are not of this `kind`, such as 0.5 for an integer.
    """
    array = np.asarray(values).astype(_TYPES[kind], casting="same_kind")
    return b"".join(
        [
            *(_integer(1, size) for size in array.shape),
            _integer(2, kind),
            _octets(8, name.encode()),
            _octets(9, array.tobytes()),
        ]
    )


def value(name: str, kind: int, shape: Sequence[int | str]) -> bytes:
    """Return an input or output of a model; sizes that are not fixed have names."""
    dimensions = b"".join(
        _octets(1, _integer(1, size) if isinstance(size, int) else _octets(2, size.encode()))
        for size in shape
    )
    tensor_type = _integer(1, kind) + _octets(2, dimensions)
    return _octets(1, name.encode()) + _octets(2, _octets(1, tensor_type))


def _integer(field: int, content: int) -> bytes:
    return _varint(field << 3) + _varint(content)


def _octets(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    """Return a protobuf varint: seven bits for each octet, the lowest first."""
    number &= (1 << 64) - 1
    octets = bytearray()
    while number > 0x7F:
        octets.append(number & 0x7F | 0x80)
        number >>= 7
    octets.append(number)
    return bytes(octets)
