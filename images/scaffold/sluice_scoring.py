"""What the generated scripts share: requests in the shapes that people send to online endpoints, and answers in plain JSON."""

import base64
import datetime
import json
import math
import os

from azureml_inference_server_http.api.aml_response import AMLResponse

# Names that a model does not know are left out, as MLflow does; with "true" they are refused, which finds misspelt optional ones.
REFUSE_EXTRA = os.environ.get("SLUICE_REFUSE_EXTRA_INPUTS", "false").lower() == "true"


class BadInput(Exception):
    """The caller's mistake; its text is the answer."""


class Table:
    """Rows of values, and their columns' names unless they came without."""

    def __init__(self, columns, rows):
        self.columns = columns
        self.rows = rows

    def column(self, name):
        index = self.columns.index(name)
        return [row[index] for row in self.rows]


def model_path(relative):
    """A file or folder of the model; tells what there is when it is not there."""
    root = os.environ["AZUREML_MODEL_DIR"]
    path = os.path.normpath(os.path.join(root, relative))
    if not os.path.exists(path):
        present = sorted(os.path.relpath(os.path.join(folder, name), root) for folder, _, names in os.walk(root) for name in names)
        raise FileNotFoundError(f"The model has no {relative}. It has: {', '.join(present[:20])}")
    return path


def answer(request, predict):
    """Calls `predict(input_data, params)` with what the request holds: its result is the answer, `BadInput` becomes a 400 that says why."""
    try:
        input_data, params = _read(request)
        return AMLResponse(json.dumps(plain(predict(input_data, params)), allow_nan=False), 200, {"Content-Type": "application/json"})
    except BadInput as error:
        return AMLResponse(json.dumps({"message": str(error)}), 400, {"Content-Type": "application/json"})


def _read(request):
    body = request.get_data()
    if not body:
        raise BadInput("The body is empty. Send JSON with `input_data`.")
    try:
        document = json.loads(body)
    except ValueError as error:
        raise BadInput(f"The body is not JSON: {error}.") from None
    if not isinstance(document, dict):
        raise BadInput('The body must be a JSON object such as {"input_data": [[1, 2]]}.')
    for key in ("input_data", "data"):
        if key in document:
            params = document.get("params") or {}
            if not isinstance(params, dict):
                raise BadInput("`params` must be an object.")
            return document[key], params
    raise BadInput(f"The body has no `input_data`. It has: {_names(document) or 'nothing'}.")


def read_table(value, expected=None, width=None, key=str):
    """
    A table from any of: {"columns", "data"}, a list of records, one record, columns by name, a list of rows, one row.
    `expected` are the names that the model takes: the columns come back in its order, and a missing one is refused.
    `width` is their number when there are no names. `key` makes names comparable.
    """
    table = _table_of(value, len(expected) if expected else width)
    if table.columns is None:
        wanted = len(expected) if expected else width
        for number, row in enumerate(table.rows):
            if wanted is not None and len(row) != wanted:
                raise BadInput(f"Row {number} has {len(row)} values; the model takes {wanted}{_listed(expected)}.")
        return Table(list(expected) if expected else None, table.rows)
    return _ordered(table, expected, key) if expected else table


def _listed(names):
    return f": {', '.join(names)}" if names and len(names) <= 30 else ""


def _names(values):
    return ", ".join(f"`{name}`" for name in list(values)[:10])


def _ordered(table, expected, key):
    present = {key(name): index for index, name in enumerate(table.columns)}
    missing = [name for name in expected if key(name) not in present]
    if missing:
        raise BadInput(f"Column {_names(missing)} is missing. The model takes: {', '.join(expected)}.")
    known = {key(name) for name in expected}
    check_extra("Column", [name for name in table.columns if key(name) not in known])
    order = [present[key(name)] for name in expected]
    return Table(list(expected), [[row[index] for index in order] for row in table.rows])


def check_extra(what, names):
    if names and REFUSE_EXTRA:
        raise BadInput(f"{what} {_names(names)} is not known to the model.")


def _table_of(value, width):
    if isinstance(value, dict):
        if "data" in value and (set(value) <= {"columns", "index", "data"}):
            return _split(value)
        return _by_name(value)
    if not isinstance(value, list) or not value:
        raise BadInput("`input_data` must be a table: rows, records, or an object with `columns` and `data`.")
    if all(isinstance(row, dict) for row in value):
        return _records(value)
    if all(isinstance(row, list) for row in value):
        return Table(None, value)
    if any(isinstance(row, (list, dict)) for row in value):
        raise BadInput("`input_data` mixes rows with other values.")
    # One row, or one column where the model takes only one.
    return Table(None, [[item] for item in value] if width == 1 else [value])


def _split(value):
    rows, columns = value["data"], value.get("columns")
    if not isinstance(rows, list):
        raise BadInput("`data` must be a list of rows.")
    if rows and not any(isinstance(row, (list, dict)) for row in rows):
        rows = [rows]
    if columns is None:
        if rows and all(isinstance(row, dict) for row in rows):
            return _records(rows)
        if not all(isinstance(row, list) for row in rows):
            raise BadInput("`data` mixes rows with other values.")
        return Table(None, rows)
    if not isinstance(columns, list) or not all(isinstance(name, (str, int)) for name in columns):
        raise BadInput("`columns` must be a list of names.")
    columns = [str(name) for name in columns]
    doubled = [name for name in columns if columns.count(name) > 1]
    if doubled:
        raise BadInput(f"Column {_names(doubled[:1])} is named twice.")
    for number, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != len(columns):
            raise BadInput(f"Row {number} has {len(row) if isinstance(row, list) else 1} values for {len(columns)} columns.")
    return Table(columns, rows)


def _records(records):
    columns = list(dict.fromkeys(name for record in records for name in record))
    for number, record in enumerate(records):
        absent = [name for name in columns if name not in record]
        if absent:
            raise BadInput(f"Column {_names(absent)} is missing in record {number}.")
    return Table(columns, [[record[name] for name in columns] for record in records])


def _by_name(value):
    if not value:
        raise BadInput("`input_data` is empty.")
    if all(isinstance(column, dict) for column in value.values()):
        # pandas' orient="columns": values by row label.
        value = {name: list(column.values()) for name, column in value.items()}
    if not all(isinstance(column, list) for column in value.values()):
        return _records([value])
    lengths = {len(column) for column in value.values()}
    if len(lengths) > 1:
        raise BadInput("The columns have different lengths.")
    return Table(list(value), [list(row) for row in zip(*value.values())])


def frame_of(table):
    """The table as a pandas DataFrame; columns of numbers become numbers."""
    import pandas

    return pandas.DataFrame(table.rows, columns=table.columns).infer_objects()


def numbers_of(table):
    """The table as a list of rows of floats, null as NaN; names the first cell that is no number."""
    return [[number(cell, where(table.columns, index, row)) for index, cell in enumerate(cells)] for row, cells in enumerate(table.rows)]


def where(columns, index, row):
    return f"Column `{columns[index]}`, row {row}" if columns else f"Row {row}, value {index}"


def number(cell, place):
    if cell is None:
        return math.nan
    try:
        return float(cell)
    except (TypeError, ValueError, OverflowError):
        raise BadInput(f"{place}: {shown(cell)} is not a number.") from None


def shown(value):
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."


def refused(table, error):
    """What a library's refusal of the input comes to: the cell that it most likely means, else its own words."""
    text = str(error)
    for row, cells in enumerate(table.rows):
        for index, cell in enumerate(cells):
            if cell is None and "NaN" in text:
                return BadInput(f"{where(table.columns, index, row)} is null, and the model takes no missing values.")
            if isinstance(cell, str) and "convert" in text and repr(cell) in text:
                return BadInput(f"{where(table.columns, index, row)}: {shown(cell)} is not a number.")
    return BadInput(f"The model refused the input: {text.splitlines()[0] if text else type(error).__name__}")


def choose(params, name, allowed, default):
    """A parameter of the request out of a few values."""
    value = params.get(name, default)
    if value not in allowed:
        raise BadInput(f"Parameter `{name}` must be one of: {', '.join(map(str, allowed))}.")
    return value


def plain(value):
    """The value in JSON's words: NaN as null, dates as ISO 8601, bytes as base64, tables as records."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(item) for item in value]
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    if isinstance(value, (datetime.date, datetime.time)):
        # pandas' "no time" is a date that is not equal to itself.
        return value.isoformat() if value == value else None
    return _of_library(value)


def _of_library(value):
    if hasattr(value, "to_dict") and hasattr(value, "columns"):
        return [plain(record) for record in value.to_dict(orient="records")]
    if hasattr(value, "toarray"):
        return plain(value.toarray())
    if getattr(getattr(value, "dtype", None), "kind", "") in ("M", "m") and hasattr(value, "astype"):
        # NumPy would give nanoseconds as bare numbers.
        texts = value.astype(str)
        return plain([None if text == "NaT" else text for text in texts] if getattr(value, "ndim", 0) else None if texts == "NaT" else str(texts))
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    # pandas' "no value" has no type of its own in JSON.
    return None if type(value).__name__ in ("NAType", "NaTType") else str(value)
