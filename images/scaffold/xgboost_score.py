"""Serves a model of XGBoost: its own JSON or UBJSON format, or a pickle of one of its classes."""

import json

import joblib
import numpy
import xgboost
from azureml_inference_server_http.api.aml_request import rawhttp

from sluice_scoring import BadInput, answer, choose, frame_of, model_path, numbers_of, read_table, refused

MODEL_FILE = "model.json"
METHODS = ("predict", "predict_proba")
ESTIMATORS = {"classifier": "XGBClassifier", "regressor": "XGBRegressor", "ranker": "XGBRanker"}


def load(path):
    """The booster itself, or the estimator of scikit-learn's kind that saved it: its predictions are labels rather than margins."""
    with open(path, "rb") as file:
        is_own_format = file.read(1) == b"{"
    if not is_own_format:
        return joblib.load(path)
    booster = xgboost.Booster(model_file=path)
    kind = json.loads(booster.attr("scikit_learn") or "{}").get("_estimator_type")
    if kind not in ESTIMATORS:
        return booster
    estimator = getattr(xgboost, ESTIMATORS[kind])()
    estimator.load_model(path)
    return estimator


def init():
    global model, booster, columns
    model = load(model_path(MODEL_FILE))
    booster = model if isinstance(model, xgboost.Booster) else model.get_booster()
    columns = booster.feature_names


def prepared(table):
    types = booster.feature_types or []
    if "c" not in types:
        rows = numpy.array(numbers_of(table))
        return rows if columns is None else frame_of(type(table)(columns, rows))
    # Categories are compared by their values, which only a DataFrame carries.
    frame = frame_of(table)
    return frame.astype({name: "category" for name, kind in zip(frame.columns, types) if kind == "c"})


def predict(input_data, params):
    table = read_table(input_data, columns, booster.num_features())
    data = prepared(table)
    methods = [name for name in METHODS if hasattr(model, name)]
    method = choose(params, "method", methods, "predict")
    try:
        if model is not booster:
            return getattr(model, method)(data)
        options = {name: choose(params, name, (True, False), False) for name in ("output_margin", "pred_leaf", "pred_contribs") if name in params}
        return booster.predict(xgboost.DMatrix(data, enable_categorical=True), **options)
    except (TypeError, ValueError) as error:
        raise refused(table, error) from error
    except xgboost.core.XGBoostError as error:
        raise BadInput(f"The model refused the input: {str(error).splitlines()[0]}") from error


@rawhttp
def run(request):
    return answer(request, predict)
