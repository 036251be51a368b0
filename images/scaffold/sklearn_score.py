"""Serves an estimator of scikit-learn from the file that pickle or joblib wrote."""

import joblib
import numpy
from azureml_inference_server_http.api.aml_request import rawhttp

from sluice_scoring import Table, answer, choose, frame_of, model_path, numbers_of, read_table, refused

MODEL_FILE = "model.pkl"
METHODS = ("predict", "predict_proba", "decision_function", "transform")


def takes_numbers(estimator):
    """Whether every column has to be a number: true of a bare predictor, unknown of what may transform text first."""
    inner = getattr(estimator, "best_estimator_", estimator)
    composite = any(hasattr(inner, name) for name in ("steps", "transformers", "estimator", "estimators"))
    return hasattr(inner, "predict") and not composite and getattr(inner, "is_categorical_", None) is None


def init():
    global model, columns, width, numeric
    model = joblib.load(model_path(MODEL_FILE))
    # Known only for estimators that were fitted on a DataFrame.
    columns = [str(name) for name in getattr(model, "feature_names_in_", [])] or None
    width = getattr(model, "n_features_in_", None)
    numeric = takes_numbers(model)


def predict(input_data, params):
    table = read_table(input_data, columns, width)
    methods = [name for name in METHODS if hasattr(model, name)]
    method = choose(params, "method", methods, methods[0] if methods else "predict")
    values = Table(table.columns, numbers_of(table)) if numeric else table
    data = frame_of(values) if values.columns else numpy.array(values.rows)
    try:
        return getattr(model, method)(data)
    except (TypeError, ValueError) as error:
        raise refused(table, error) from error


@rawhttp
def run(request):
    return answer(request, predict)
