"""Runs the script for TorchScript as the inference server would; started inside an image with PyTorch."""

import importlib
import json
import os
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Dict

import torch

sys.path.insert(0, str(Path(__file__).parent))
ROWS = [[1.0, 2.0], [3.0, -4.0]]


class Request:
    def __init__(self, body):
        self.body = json.dumps(body).encode()

    def get_data(self):
        return self.body


class Words(torch.nn.Module):
    """Two inputs, one of them whole numbers, and several outputs."""

    def __init__(self):
        super().__init__()
        self.table = torch.nn.Embedding(5, 3)

    def forward(self, words: torch.Tensor, scale: torch.Tensor) -> Dict[str, torch.Tensor]:
        found = self.table(words.long())
        return {"sum": found.sum(1) * scale, "nan": torch.full((1,), float("nan"))}


class Torch(unittest.TestCase):
    def load(self, module):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        torch.jit.script(module).save(f"{temporary.name}/model.pt")
        os.environ["AZUREML_MODEL_DIR"] = temporary.name
        self.module = importlib.reload(importlib.import_module("torch_score"))
        self.module.init()

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

    def test_one_input(self):
        net = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1)).eval()
        self.load(net)
        expected = net(torch.tensor(ROWS)).tolist()
        for data in (ROWS, {"input": ROWS}, {"columns": ["a", "b"], "data": ROWS}, [{"a": row[0], "b": row[1]} for row in ROWS]):
            self.assertEqual(self.good({"input_data": data}), expected)
        self.bad({"input_data": [[1, 2, 3]]}, "refused the input", "shapes cannot be multiplied")
        self.bad({"input_data": [["a", "b"]]}, "`input`", "params.dtype")
        self.bad({"input_data": [[1, 2], [3]]}, "`input`")
        self.bad({"input_data": ROWS, "params": {"dtype": "complex"}}, "dtype")

    def test_weights_of_another_precision(self):
        net = torch.nn.Linear(2, 1).double().eval()
        self.load(net)
        self.assertEqual(self.good({"input_data": ROWS}), net(torch.tensor(ROWS, dtype=torch.float64)).tolist())

    def test_named_inputs_and_outputs(self):
        words = Words().eval()
        self.load(words)
        answer = self.good({"input_data": {"words": [[1, 2]], "scale": [2]}})
        self.assertEqual(answer["sum"], words(torch.tensor([[1, 2]]), torch.tensor([2]))["sum"].tolist())
        self.assertEqual(answer["nan"], [None])
        self.bad({"input_data": {"words": [[1]]}}, "`scale` is missing")
        self.bad({"input_data": [[1]]}, "words, scale")
        self.bad({"input_data": {"words": [[9]], "scale": [1]}}, "refused the input", "out of range")


if __name__ == "__main__":
    unittest.main()
