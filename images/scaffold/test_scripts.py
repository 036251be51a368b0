"""Runs the generated scripts as the inference server would, on models that are trained here; started inside an image that has every library."""

import importlib
import json
import os
import pickle
import sys
import tempfile
import unittest
from pathlib import Path

import joblib
import lightgbm
import numpy as np
import pandas as pd
import xgboost
from skl2onnx import to_onnx
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

sys.path.insert(0, str(Path(__file__).parent))
generator = np.random.default_rng(7)
X = pd.DataFrame(generator.normal(size=(80, 2)), columns=["age", "income"])
Y = X["age"] * 2 - X["income"] + 1
ROWS = X.head(3).to_numpy().tolist()


class Request:
    def __init__(self, body):
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()

    def get_data(self):
        return self.body


class Script(unittest.TestCase):
    """One loaded script over a folder of its own."""

    script = ""

    def load(self, constants=None):
        self.module = importlib.reload(importlib.import_module(self.script))
        for name, value in (constants or {}).items():
            setattr(self.module, name, value)
        os.environ["AZUREML_MODEL_DIR"] = str(self.folder)
        self.module.init()

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def call(self, body):
        response = self.module.run(Request(body))
        return response.status_code, json.loads(response.get_data())

    def good(self, body):
        status, answer = self.call(body)
        self.assertEqual(status, 200, answer)
        return answer

    def bad(self, body, *words):
        status, answer = self.call(body)
        self.assertEqual(status, 400, answer)
        for word in words:
            self.assertIn(word, answer["message"])

    def same(self, body, expected):
        np.testing.assert_allclose(np.array(self.good(body), dtype=float), np.asarray(expected, dtype=float), rtol=1e-5, atol=1e-6)

    def every_shape(self, expected):
        """The shapes in which people send one table, with names."""
        records = [dict(zip(X.columns, row)) for row in ROWS]
        self.same({"input_data": {"columns": ["age", "income"], "index": [0, 1, 2], "data": ROWS}}, expected)
        self.same({"input_data": {"columns": ["income", "age"], "data": [row[::-1] for row in ROWS]}}, expected)
        self.same({"input_data": records}, expected)
        self.same({"data": records}, expected)
        self.same({"input_data": {"data": records}}, expected)
        self.same({"input_data": records[0]}, expected[:1])
        self.same({"input_data": {name: [row[index] for row in ROWS] for index, name in enumerate(X.columns)}}, expected)
        self.same({"input_data": {name: {str(at): row[index] for at, row in enumerate(ROWS)} for index, name in enumerate(X.columns)}}, expected)
        self.same({"input_data": ROWS}, expected)
        self.same({"input_data": ROWS[0]}, expected[:1])

    def every_refusal(self):
        self.bad(b"", "empty")
        self.bad(b"{", "not JSON")
        self.bad([1], "JSON object")
        self.bad({"inputs": [1]}, "no `input_data`", "`inputs`")
        self.bad({"input_data": []}, "table")
        self.bad({"input_data": {"columns": ["age"], "data": [[1]]}}, "`income`", "missing")
        self.bad({"input_data": [{"age": 1, "income": 2}, {"age": 1}]}, "`income`", "record 1")
        self.bad({"input_data": [[1, 2, 3]]}, "Row 0", "3 values", "age, income")
        self.bad({"input_data": {"data": [[1, 2], 3]}}, "mixes")
        self.bad({"input_data": {"columns": ["age", "income"], "data": [[1, 2], [1, "abc"]]}}, "`income`", "row 1", "abc")


class Sklearn(Script):
    script = "sklearn_score"

    def test_estimator_of_a_table(self):
        model = LinearRegression().fit(X, Y)
        joblib.dump(model, self.folder / "model.pkl")
        self.load()
        self.every_shape(model.predict(X.head(3)))
        self.every_refusal()
        self.bad({"input_data": [[1, None]]}, "`income`", "row 0", "null")
        self.bad({"input_data": [[1, 2]], "params": {"method": "explode"}}, "`method`", "predict")

    def test_estimator_of_an_array(self):
        model = LinearRegression().fit(X.to_numpy(), Y)
        pickle.dump(model, open(self.folder / "other.pkl", "wb"))
        self.load({"MODEL_FILE": "other.pkl"})
        self.same({"input_data": ROWS}, model.predict(ROWS))
        self.bad({"input_data": [[1, 2, 3]]}, "Row 0", "takes 2")

    def test_pipeline_with_text(self):
        table = X.assign(city=["Ulm", "Bonn"] * 40)
        encode = make_column_transformer((OneHotEncoder(), ["city"]), remainder=StandardScaler())
        model = make_pipeline(encode, LogisticRegression()).fit(table, Y > 1)
        joblib.dump(model, self.folder / "model.pkl", compress=3)
        self.load()
        row = [{"age": 0.5, "income": 1.0, "city": "Bonn"}]
        frame = pd.DataFrame(row)
        self.assertEqual(self.good({"input_data": row}), [bool(model.predict(frame)[0])])
        self.same({"input_data": row, "params": {"method": "predict_proba"}}, model.predict_proba(frame))
        self.bad({"input_data": [{**row[0], "city": "Rome"}]}, "Rome")

    def test_missing_file(self):
        (self.folder / "else.pkl").write_bytes(b"")
        with self.assertRaisesRegex(FileNotFoundError, r"no model.pkl. It has: else.pkl"):
            self.load()


class Lightgbm(Script):
    script = "lightgbm_score"

    def test_text(self):
        booster = lightgbm.train({"verbose": -1, "min_data_in_leaf": 5}, lightgbm.Dataset(X, Y), 5)
        booster.save_model(str(self.folder / "model.txt"))
        self.load()
        self.every_shape(booster.predict(X.head(3)))
        self.every_refusal()
        self.same({"input_data": [[1, None]]}, booster.predict([[1, np.nan]]))
        self.same({"input_data": ROWS, "params": {"pred_contrib": True}}, booster.predict(X.head(3), pred_contrib=True))

    def test_names_with_spaces_and_categories(self):
        table = pd.DataFrame({"the age": X["age"], "city": pd.Categorical(["Ulm", "Bonn"] * 40)})
        booster = lightgbm.train({"verbose": -1, "min_data_in_leaf": 2}, lightgbm.Dataset(table, Y, categorical_feature=["city"]), 5)
        booster.save_model(str(self.folder / "model.txt"))
        self.load()
        self.same({"input_data": {"columns": ["the age", "city"], "data": [[0.3, "Bonn"]]}}, booster.predict(pd.DataFrame({"the age": [0.3], "city": pd.Categorical(["Bonn"])})))

    def test_pickle(self):
        model = lightgbm.LGBMClassifier(n_estimators=3, verbose=-1, min_child_samples=5).fit(X, Y > 1)
        joblib.dump(model, self.folder / "model.pkl")
        self.load({"MODEL_FILE": "model.pkl"})
        self.same({"input_data": ROWS}, model.predict(X.head(3)))
        self.same({"input_data": ROWS, "params": {"method": "predict_proba"}}, model.predict_proba(X.head(3)))


class Xgboost(Script):
    script = "xgboost_score"

    def test_booster(self):
        booster = xgboost.train({"max_depth": 2}, xgboost.DMatrix(X, Y), 5)
        booster.save_model(self.folder / "model.ubj")
        self.load({"MODEL_FILE": "model.ubj"})
        self.every_shape(booster.predict(xgboost.DMatrix(X.head(3))))
        self.every_refusal()
        self.same({"input_data": [[1, None]]}, booster.predict(xgboost.DMatrix(pd.DataFrame([[1.0, np.nan]], columns=X.columns))))

    def test_estimator(self):
        model = xgboost.XGBClassifier(n_estimators=3, max_depth=2).fit(X, (Y > 1).astype(int))
        model.save_model(self.folder / "model.json")
        self.load()
        self.same({"input_data": ROWS}, model.predict(X.head(3)))
        self.same({"input_data": ROWS, "params": {"method": "predict_proba"}}, model.predict_proba(X.head(3)))

    def test_pickle_without_names(self):
        model = xgboost.XGBRegressor(n_estimators=3).fit(X.to_numpy(), Y)
        joblib.dump(model, self.folder / "model.pkl")
        self.load({"MODEL_FILE": "model.pkl"})
        self.same({"input_data": ROWS}, model.predict(ROWS))
        self.bad({"input_data": [[1]]}, "Row 0", "takes 2")


class Onnx(Script):
    script = "onnx_score"

    def test_one_input(self):
        model = LinearRegression().fit(X.to_numpy(), Y)
        (self.folder / "model.onnx").write_bytes(to_onnx(model, X.to_numpy(np.float32)[:1], target_opset=17).SerializeToString())
        self.load()
        expected = model.predict(ROWS).reshape(-1, 1)
        for data in (ROWS, {"X": ROWS}, {"columns": ["a", "b"], "data": ROWS}, [{"a": row[0], "b": row[1]} for row in ROWS]):
            self.same({"input_data": data}, expected)
        self.bad({"input_data": [[1, 2, 3]]}, "`X`", "[1, 3]", "[any, 2]")
        self.bad({"input_data": [["a", "b"]]}, "`X`", "tensor(float)")
        self.bad({"input_data": [[1, 2], [3]]}, "`X`")
        self.bad({"input_data": {"Y": ROWS}}, "`X` is missing")

    def test_an_input_per_column_and_several_outputs(self):
        from skl2onnx.common.data_types import FloatTensorType, StringTensorType

        table = X.assign(city=["Ulm", "Bonn"] * 40)
        encode = make_column_transformer((OneHotEncoder(), ["city"]), remainder="passthrough")
        model = make_pipeline(encode, RandomForestClassifier(5, random_state=1)).fit(table, Y > 1)
        types = [("age", FloatTensorType([None, 1])), ("income", FloatTensorType([None, 1])), ("city", StringTensorType([None, 1]))]
        (self.folder / "model.onnx").write_bytes(to_onnx(model, initial_types=types, target_opset=17, options={"zipmap": False}).SerializeToString())
        self.load()
        records = [{"age": 0.5, "income": 1.0, "city": "Bonn"}, {"age": -2.0, "income": 1.0, "city": "Ulm"}]
        wanted = model.predict_proba(pd.DataFrame(records))
        for data in (records, {name: [record[name] for record in records] for name in records[0]}):
            answer = self.good({"input_data": data})
            np.testing.assert_allclose(answer["probabilities"], wanted, atol=1e-5)
        self.bad({"input_data": [[1, 2, 3]]}, "3 tensors", "age, income, city")
        self.bad({"input_data": {"age": [1], "income": ["x"], "city": ["Ulm"]}}, "`income`")


class Mlflow(Script):
    script = "mlflow_score"

    def save(self, model, signature):
        import mlflow

        path = str(self.folder / "model")
        if isinstance(model, mlflow.pyfunc.PythonModel):
            mlflow.pyfunc.save_model(path, python_model=model, signature=signature)
        else:
            mlflow.sklearn.save_model(model, path, signature=signature)
        self.load({"MODEL_FOLDER": "model"})

    def test_columns(self):
        from mlflow.models import infer_signature

        model = LinearRegression().fit(X, Y)
        self.save(model, infer_signature(X, Y))
        self.every_shape(model.predict(X.head(3)))
        self.every_refusal()
        self.bad({"input_data": {"age": "1", "income": [2]}}, "`income`", "row 0", "[2]")

    def test_every_type_of_column(self):
        import mlflow
        from mlflow.models import ModelSignature
        from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema

        class Echo(mlflow.pyfunc.PythonModel):
            def predict(self, context, model_input, params=None):
                return model_input.assign(limit=(params or {}).get("limit"))

        kinds = ["double", "float", "long", "integer", "boolean", "string", "datetime", "binary"]
        schema = Schema([ColSpec(kind, kind) for kind in kinds] + [ColSpec("double", "spare", required=False)])
        params = ParamSchema([ParamSpec("limit", "long", 3)])
        self.save(Echo(), ModelSignature(inputs=schema, params=params))
        row = {"double": 1.5, "float": 2, "long": 3.0, "integer": 4, "boolean": True, "string": "x", "datetime": "2026-01-31T12:00:00", "binary": "AAE="}
        self.assertEqual(self.good({"input_data": [row]}), [{**row, "limit": 3}])
        self.assertEqual(self.good({"input_data": [{**row, "spare": 0.5}], "params": {"limit": 9}}), [{**row, "spare": 0.5, "limit": 9}])
        self.assertEqual(self.good({"input_data": [{**row, "double": None}]})[0]["double"], None)
        for kind, wrong in {"double": "a", "long": 1.5, "integer": 2**40, "boolean": "yes", "string": [1], "datetime": "soon", "binary": "?"}.items():
            self.bad({"input_data": [{**row, kind: wrong}]}, f"`{kind}`", "row 0", json.dumps(wrong))
        self.bad({"input_data": [{**row, "long": None}]}, "`long`", "null")
        self.bad({"input_data": [{**row, "long": float("inf")}]}, "`long`", "whole number")
        self.bad({"input_data": [{**row, "double": 10**400}]}, "`double`", "not a number")
        self.bad({"input_data": [row, {**row, "datetime": "2026-01-31T12:00:00Z"}]}, "`datetime`", "dates")
        self.bad({"input_data": [row], "params": {"limit": "many"}}, "`limit`", "many")

    def test_tensors(self):
        import mlflow
        from mlflow.models import ModelSignature
        from mlflow.types import Schema, TensorSpec

        class Sum(mlflow.pyfunc.PythonModel):
            def predict(self, context, model_input):
                return {"sum": sum(value.sum(axis=1) for value in model_input.values())} if isinstance(model_input, dict) else model_input.sum(axis=1)

        schema = Schema([TensorSpec(np.dtype("float32"), (-1, 2), "left"), TensorSpec(np.dtype("int64"), (-1, 1), "right")])
        self.save(Sum(), ModelSignature(inputs=schema))
        self.assertEqual(self.good({"input_data": {"left": [[1, 2], [3, 4]], "right": [[1], [2]]}}), {"sum": [4.0, 9.0]})
        self.bad({"input_data": {"left": [[1, 2]]}}, "`right` is missing")
        self.bad({"input_data": {"left": [[1, 2, 3]], "right": [[1]]}}, "`left`", "[1, 3]")
        self.bad({"input_data": {"left": [["a", "b"]], "right": [[1]]}}, "`left`", "float32")
        self.bad({"input_data": [[1, 2]]}, "2 tensors")

    def test_an_unnamed_tensor(self):
        from mlflow.models import infer_signature

        model = LinearRegression().fit(X.to_numpy(), Y)
        self.save(model, infer_signature(X.to_numpy(), Y.to_numpy()))
        self.same({"input_data": ROWS}, model.predict(ROWS))
        self.bad({"input_data": [[1, 2, 3]]}, "[1, 3]")

    def test_no_signature(self):
        model = LinearRegression().fit(X.to_numpy(), Y)
        self.save(model, False)
        self.same({"input_data": ROWS}, model.predict(ROWS))


class Answers(unittest.TestCase):
    def test_everything_becomes_json(self):
        from sluice_scoring import plain

        frame = pd.DataFrame({"a": [1.5, np.nan], "at": pd.to_datetime(["2026-01-31", None]), "s": ["x", None]})
        self.assertEqual(plain(frame), [{"a": 1.5, "at": "2026-01-31T00:00:00", "s": "x"}, {"a": None, "at": None, "s": None}])
        self.assertEqual(plain(np.array([1.0, np.inf, np.nan])), [1.0, None, None])
        self.assertEqual(plain(np.array(["2026-01-31T00:00:00", "NaT"], dtype="datetime64[s]")), ["2026-01-31T00:00:00", None])
        self.assertEqual(plain({"n": np.int64(3), "b": b"\x00", "t": (pd.NA, True)}), {"n": 3, "b": "AA==", "t": [None, True]})


if __name__ == "__main__":
    unittest.main()
