"""Scores patients of the diabetes data: a JSON body {"data": [[ten numbers], …]} gives one number per row."""

import glob
import json
import logging
import os

import joblib
import numpy as np

model = None


def init():
    global model
    # The registered folder keeps its own name below AZUREML_MODEL_DIR, so look for the file wherever it is.
    folder = os.environ["AZUREML_MODEL_DIR"]
    found = glob.glob(os.path.join(folder, "**", "model.joblib"), recursive=True)
    if not found:
        raise FileNotFoundError(f"model.joblib is not below {folder}")
    model = joblib.load(found[0])
    logging.warning("loaded %s", type(model).__name__)


def run(raw_data):
    rows = np.array(json.loads(raw_data)["data"], dtype=float)
    answer = model.predict(rows).tolist()
    print(f"scored {len(answer)} rows")
    return answer
