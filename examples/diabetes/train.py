"""Trains two models on scikit-learn's bundled diabetes data: a linear one and gradient boosting.

Usage: python train.py OUTPUT_FOLDER. Writes blue/model.joblib, green/model.joblib and sample-request.json with two held-out patients.
"""

import json
import pathlib
import sys

import joblib
from sklearn.datasets import load_diabetes
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split


def main(output: pathlib.Path) -> None:
    data = load_diabetes()
    train_x, test_x, train_y, test_y = train_test_split(data.data, data.target, test_size=0.2, random_state=7)
    models = {
        "blue": LinearRegression(),
        "green": GradientBoostingRegressor(n_estimators=120, max_depth=2, learning_rate=0.08, random_state=7),
    }
    for name, model in models.items():
        model.fit(train_x, train_y)
        folder = output / name
        folder.mkdir(parents=True, exist_ok=True)
        joblib.dump(model, folder / "model.joblib")
        print(json.dumps({"model": name, "kind": type(model).__name__, "r2": round(r2_score(test_y, model.predict(test_x)), 3)}))
    (output / "sample-request.json").write_text(json.dumps({"data": test_x[:2].round(6).tolist()}))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
