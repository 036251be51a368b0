"""Serves an estimator of scikit-learn from the file that pickle or joblib wrote."""

import joblib
import numpy
from azureml_inference_server_http.api.aml_request import rawhttp

from sluice_scoring import answer, choose, frame_of, model_path, read_table, refused

MODEL_FILE = "model.pkl"
METHODS = ("predict", "predict_proba", "decision_function", "transform")


def init():
    global model, columns, width
    model = joblib.load(model_path(MODEL_FILE))
    # Known only for estimators that were fitted on a DataFrame.
    columns = [str(name) for name in getattr(model, "feature_names_in_", [])] or None
    width = getattr(model, "n_features_in_", None)


def predict(input_data, params):
    table = read_table(input_data, columns, width)
    methods = [name for name in METHODS if hasattr(model, name)]
    method = choose(params, "method", methods, methods[0] if methods else "predict")
    data = frame_of(table) if table.columns else numpy.array(table.rows)
    try:
        return getattr(model, method)(data)
    except (TypeError, ValueError) as error:
        raise refused(table, error) from error


@rawhttp
def run(request):
    return answer(request, predict)
