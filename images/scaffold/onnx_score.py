"""Serves an ONNX model: named tensors in, tensors out."""

import os

import numpy
import onnxruntime
from azureml_inference_server_http.api.aml_request import rawhttp

from sluice_scoring import BadInput, Table, answer, check_extra, model_path, read_table, shown

MODEL_FILE = "model.onnx"
TYPES = {
    "tensor(float)": numpy.float32, "tensor(double)": numpy.float64, "tensor(float16)": numpy.float16, "tensor(bool)": numpy.bool_,
    "tensor(int8)": numpy.int8, "tensor(int16)": numpy.int16, "tensor(int32)": numpy.int32, "tensor(int64)": numpy.int64,
    "tensor(uint8)": numpy.uint8, "tensor(uint16)": numpy.uint16, "tensor(uint32)": numpy.uint32, "tensor(uint64)": numpy.uint64,
    "tensor(string)": numpy.object_,
}  # fmt: skip


def init():
    global session, inputs, outputs
    options = onnxruntime.SessionOptions()
    # By default it would start a thread per core of the host, of which the container may use only some.
    options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS", "1"))
    session = onnxruntime.InferenceSession(model_path(MODEL_FILE), options, providers=["CPUExecutionProvider"])
    inputs = session.get_inputs()
    outputs = [output.name for output in session.get_outputs()]
    strange = [f"{field.name}: {field.type}" for field in inputs if field.type not in TYPES]
    if strange:
        raise ValueError(f"Inputs of these types cannot be sent as JSON: {', '.join(strange)}")


def predict(input_data, params):
    check_extra("Parameter", list(params))
    feed = {field.name: tensor(field, value) for field, value in zip(inputs, values_of(input_data))}
    try:
        results = session.run(outputs, feed)
    except Exception as error:
        # The runtime's own classes differ from release to release; all of them mean that these values do not fit this graph.
        if type(error).__module__.startswith("onnxruntime"):
            raise BadInput(f"The model refused the input: {str(error).splitlines()[0]}") from error
        raise
    return results[0] if len(results) == 1 else dict(zip(outputs, results))


def values_of(input_data):
    """One value per input of the graph, in its order."""
    names = [field.name for field in inputs]
    if isinstance(input_data, dict) and not is_split(input_data):
        return by_name(input_data, names)
    is_table = isinstance(input_data, dict) or (isinstance(input_data, list) and input_data and all(isinstance(row, dict) for row in input_data))
    if not is_table:
        if len(names) > 1:
            raise BadInput(f"The model takes {len(names)} tensors: send an object with {', '.join(names)}.")
        return [input_data]
    table = read_table(input_data, None if len(names) == 1 else names)
    return [table.rows] if len(names) == 1 else columns_of(table, names)


def is_split(value):
    return "data" in value and set(value) <= {"columns", "index", "data"}


def columns_of(table: Table, names):
    return [[[cell] for cell in table.column(name)] for name in names]


def by_name(values, names):
    missing = [name for name in names if name not in values]
    if missing:
        raise BadInput(f"Tensor `{missing[0]}` is missing. The model takes: {', '.join(names)}.")
    check_extra("Tensor", [name for name in values if name not in names])
    return [values[name] for name in names]


def tensor(field, value):
    """The value as the array that the graph declares; what does not fit is refused with the tensor's name."""
    wanted = TYPES[field.type]
    try:
        array = numpy.array(value)
        if wanted is numpy.object_:
            array = numpy.array(value, dtype=str).astype(object)
        elif array.dtype.kind not in "biuf" or (numpy.issubdtype(wanted, numpy.integer) and (array != array.astype(wanted)).any()):
            raise ValueError(f"{shown(value)} does not hold numbers of that type")
        else:
            array = array.astype(wanted)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadInput(f"Tensor `{field.name}` cannot be read as {field.type}: {error}.") from None
    return shaped(field, array)


def shaped(field, array):
    wanted = [size if isinstance(size, int) else -1 for size in field.shape]
    if array.ndim == 1 and len(wanted) == 2 and wanted[1] == 1:
        # A column may come as a plain list.
        array = array.reshape(-1, 1)
    fits = array.ndim == len(wanted) and all(size in (-1, 0) or size == actual for size, actual in zip(wanted, array.shape))
    if wanted and not fits:
        sizes = ", ".join("any" if size < 1 else str(size) for size in wanted)
        raise BadInput(f"Tensor `{field.name}` has the shape [{', '.join(map(str, array.shape))}]; the model takes [{sizes}].")
    return array


@rawhttp
def run(request):
    return answer(request, predict)
