"""Runs the script that AutoML wrote, as it is. That script looks for its files directly in the model's folder."""

import importlib.util
import os

MODEL_FOLDER = "."
SCRIPT = "scoring_file_v_2_0_0.py"

os.environ["AZUREML_MODEL_DIR"] = os.path.normpath(os.path.join(os.environ["AZUREML_MODEL_DIR"], MODEL_FOLDER))
_spec = importlib.util.spec_from_file_location("automl_scoring", os.path.join(os.path.dirname(os.path.abspath(__file__)), SCRIPT))
_script = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_script)

init = _script.init
run = _script.run
