"""Serves a model of LightGBM: its own text format, or a pickle of one of its classes."""

import re

import joblib
import lightgbm
import numpy
from azureml_inference_server_http.api.aml_request import rawhttp

from sluice_scoring import BadInput, answer, choose, frame_of, model_path, numbers_of, read_table, refused

MODEL_FILE = "model.txt"
METHODS = ("predict", "predict_proba")


def init():
    global model, booster, columns
    path = model_path(MODEL_FILE)
    with open(path, "rb") as file:
        is_text = file.read(4) == b"tree"
    model = lightgbm.Booster(model_file=path) if is_text else joblib.load(path)
    booster = getattr(model, "booster_", model)
    names = booster.feature_name()
    # Names that LightGBM made up itself are none that a caller would send.
    columns = None if all(re.fullmatch(r"Column_\d+", name) for name in names) else names


def comparable(name):
    # LightGBM stores names with underscores instead of spaces.
    return re.sub(r"\s", "_", str(name))


def prepared(table):
    if not booster.pandas_categorical:
        return numpy.array(numbers_of(table)) if table.rows else numpy.empty((0, booster.num_feature()))
    # Categories are compared by their values, which only a DataFrame carries.
    frame = frame_of(table)
    return frame.astype({name: "category" for name in frame.columns if frame[name].dtype.kind not in "iufb"})


def predict(input_data, params):
    table = read_table(input_data, columns, booster.num_feature(), comparable)
    data = prepared(table)
    methods = [name for name in METHODS if hasattr(model, name)]
    method = choose(params, "method", methods, "predict")
    options = {name: choose(params, name, (True, False), False) for name in ("raw_score", "pred_leaf", "pred_contrib") if name in params}
    try:
        return getattr(model, method)(data, **options)
    except (TypeError, ValueError) as error:
        raise refused(table, error) from error
    except lightgbm.basic.LightGBMError as error:
        raise BadInput(f"The model refused the input: {error}") from error


@rawhttp
def run(request):
    return answer(request, predict)
