"""Serves an MLflow model through its python_function flavor, with the inputs that its signature declares."""

import base64
import datetime
import math

import numpy
import pandas
from azureml_inference_server_http.api.aml_request import rawhttp
from mlflow.exceptions import MlflowException
from mlflow.pyfunc import load_model

from sluice_scoring import BadInput, answer, check_extra, frame_of, model_path, number, read_table, shown, where

MODEL_FOLDER = "."

NUMBERS = {"double": numpy.float64, "float": numpy.float32, "long": numpy.int64, "integer": numpy.int32}


def init():
    global model, input_schema, param_schema
    model = load_model(model_path(MODEL_FOLDER))
    signature = model.metadata.signature
    input_schema = signature.inputs if signature else None
    param_schema = getattr(signature, "params", None) if signature else None


def predict(input_data, params):
    data = read_input(input_data)
    values = read_params(params)
    try:
        return model.predict(data, params=values) if values else model.predict(data)
    except MlflowException as error:
        if error.get_http_status_code() < 500:
            raise BadInput(f"The model refused the input: {error.message}") from error
        raise


def read_input(input_data):
    if input_schema is None:
        return without_signature(input_data)
    if input_schema.is_tensor_spec():
        return tensors(input_data)
    return columns(input_data)


def without_signature(input_data):
    if isinstance(input_data, list) and not any(isinstance(row, dict) for row in input_data):
        try:
            return numpy.array(input_data)
        except ValueError as error:
            raise BadInput(f"`input_data` is not an array: {error}.") from None
    return frame_of(read_table(input_data))


def tensors(input_data):
    specs = input_schema.inputs
    if not input_schema.has_input_names():
        return tensor(specs[0], input_data)
    names = [spec.name for spec in specs]
    if not isinstance(input_data, dict):
        if len(specs) > 1:
            raise BadInput(f"The model takes {len(specs)} tensors: send an object with {', '.join(names)}.")
        input_data = {names[0]: input_data}
    missing = [spec.name for spec in specs if spec.name not in input_data and getattr(spec, "required", True)]
    if missing:
        raise BadInput(f"Tensor `{missing[0]}` is missing. The model takes: {', '.join(names)}.")
    check_extra("Tensor", [name for name in input_data if name not in names])
    return {spec.name: tensor(spec, input_data[spec.name]) for spec in specs if spec.name in input_data}


def tensor(spec, value):
    place = f"Tensor `{spec.name}`" if spec.name else "The tensor"
    try:
        array = numpy.array(value)
        if array.dtype.kind not in "biuf" and spec.type.kind in "biuf":
            raise ValueError(f"{shown(value)} does not hold numbers")
        array = array.astype(spec.type)
    except (TypeError, ValueError) as error:
        raise BadInput(f"{place} cannot be read as {spec.type}: {error}.") from None
    if array.ndim != len(spec.shape) or any(size not in (-1, actual) for size, actual in zip(spec.shape, array.shape)):
        raise BadInput(f"{place} has the shape {list(array.shape)}; the model takes {list(spec.shape)}.")
    return array


def columns(input_data):
    specs = input_schema.inputs
    named = input_schema.has_input_names()
    names = [str(spec.name) for spec in specs] if named else None
    required = [str(spec.name) for spec in specs if getattr(spec, "required", True)] if named else None
    table = read_table(with_optional(input_data, names, required), names, len(specs))
    series = [column(spec, table, index) for index, spec in enumerate(specs)]
    frame = pandas.concat(series, axis=1) if series else pandas.DataFrame()
    frame.columns = names or list(range(len(specs)))
    # A column that may be absent is passed on only when somebody gave a value for it.
    absent = [name for name in names or [] if name not in required and frame[name].isna().all()]
    return frame.drop(columns=absent)


def with_optional(input_data, names, required):
    """Columns that may be absent are filled with null, so that everything after sees whole rows."""
    if not names or len(required) == len(names):
        return input_data
    if isinstance(input_data, list) and input_data and not isinstance(input_data[0], dict):
        return input_data
    is_records = isinstance(input_data, list)
    optional = [name for name in names if name not in required]
    if is_records:
        return [{**dict.fromkeys(optional), **row} if isinstance(row, dict) else row for row in input_data]
    table = read_table(input_data)
    if table.columns is None:
        return input_data
    absent = [name for name in optional if name not in table.columns]
    return {"columns": table.columns + absent, "data": [row + [None] * len(absent) for row in table.rows]}


def column(spec, table, index):
    kind = getattr(spec.type, "name", None)
    optional = not getattr(spec, "required", True)
    places = table.columns if spec.name is not None else None
    cells = [cast(kind, row[index], where(places, index, at), optional) for at, row in enumerate(table.rows)]
    if kind == "datetime":
        return moments(cells, f"Column `{spec.name}`" if places else f"Value {index}")
    if kind in NUMBERS and not (optional and None in cells):
        return pandas.Series(cells, dtype=NUMBERS[kind])
    return pandas.Series(cells, dtype=bool if kind == "boolean" and None not in cells else object)


def cast(kind, cell, place, optional):
    """One cell as the signature's type; MLflow itself judges lists and objects."""
    if cell is None:
        if kind in ("long", "integer", "boolean") and not optional:
            raise BadInput(f"{place} is null, and {kind} knows no missing value.")
        return float("nan") if kind in ("double", "float") else None
    if kind in ("double", "float"):
        return number(cell, place)
    if kind in ("long", "integer"):
        return whole_number(kind, cell, place)
    if kind == "boolean":
        if cell in (0, 1):
            return bool(cell)
        raise BadInput(f"{place}: {shown(cell)} is neither true nor false.")
    if kind == "string":
        if isinstance(cell, (str, int, float)) and not isinstance(cell, bool):
            return str(cell)
        raise BadInput(f"{place}: {shown(cell)} is not text.")
    if kind == "datetime":
        return moment(cell, place)
    return binary(cell, place) if kind == "binary" else cell


def whole_number(kind, cell, place):
    value = number(cell, place) if not isinstance(cell, int) else cell
    limits = numpy.iinfo(NUMBERS[kind])
    endless = isinstance(value, float) and not math.isfinite(value)
    if endless or int(value) != value or not limits.min <= value <= limits.max:
        raise BadInput(f"{place}: {shown(cell)} is not a whole number of type {kind}.")
    return int(value)


def moment(cell, place):
    try:
        if isinstance(cell, str):
            return datetime.datetime.fromisoformat(cell.replace("Z", "+00:00"))
    except ValueError:
        pass
    raise BadInput(f"{place}: {shown(cell)} is not a date in ISO 8601, such as 2026-01-31T12:00:00.")


def moments(cells, place):
    try:
        return pandas.Series(pandas.to_datetime(cells))
    except (ValueError, OverflowError) as error:
        # Dates with and without a zone in one column, and those before 1677 or after 2262.
        raise BadInput(f"{place} cannot be read as dates: {error}.") from None


def binary(cell, place):
    try:
        return base64.b64decode(cell, validate=True)
    except (TypeError, ValueError):
        raise BadInput(f"{place}: {shown(cell)} is not base64.") from None


def read_params(params):
    if not params:
        return {}
    specs = {spec.name: spec for spec in (param_schema.params if param_schema else [])}
    check_extra("Parameter", [name for name in params if name not in specs])
    return {name: param(specs[name], value) for name, value in params.items() if name in specs}


def param(spec, value):
    kind = getattr(spec.dtype, "name", None)
    place = f"Parameter `{spec.name}`"
    if isinstance(value, list):
        return [cast(kind, item, place, False) for item in value]
    return cast(kind, value, place, False)


@rawhttp
def run(request):
    return answer(request, predict)
