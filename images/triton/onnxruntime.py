"""ONNX models for a Triton server that has only its Python backend: the graph says what the configuration leaves out."""

import json
import os

import numpy
import onnxruntime
import triton_python_backend_utils as pb_utils

TYPES = {
    "tensor(float)": "TYPE_FP32", "tensor(double)": "TYPE_FP64", "tensor(float16)": "TYPE_FP16", "tensor(bool)": "TYPE_BOOL", "tensor(string)": "TYPE_STRING",
    "tensor(int8)": "TYPE_INT8", "tensor(int16)": "TYPE_INT16", "tensor(int32)": "TYPE_INT32", "tensor(int64)": "TYPE_INT64",
    "tensor(uint8)": "TYPE_UINT8", "tensor(uint16)": "TYPE_UINT16", "tensor(uint32)": "TYPE_UINT32", "tensor(uint64)": "TYPE_UINT64",
}  # fmt: skip


def open_session(folder, name):
    options = onnxruntime.SessionOptions()
    # By default it would start a thread per core of the host, of which the container may use only some.
    options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS", "1"))
    return onnxruntime.InferenceSession(os.path.join(folder, name or "model.onnx"), options, providers=["CPUExecutionProvider"])


def described(field, batched):
    if field.type not in TYPES:
        raise ValueError(f"{field.name} is a {field.type}, which Triton cannot carry")
    sizes = [size if isinstance(size, int) and size > 0 else -1 for size in field.shape]
    return {"name": field.name, "data_type": TYPES[field.type], "dims": sizes[1:] if batched else sizes}


class TritonPythonModel:
    @staticmethod
    def auto_complete_config(config):
        session = open_session(pb_utils.get_model_dir(), config.as_dict().get("default_model_filename"))
        batched = config.as_dict()["max_batch_size"] > 0
        for field in session.get_inputs():
            config.add_input(described(field, batched))
        for field in session.get_outputs():
            config.add_output(described(field, batched))
        if not batched:
            config.set_max_batch_size(0)
        return config

    def initialize(self, args):
        self.session = open_session(pb_utils.get_model_dir(), json.loads(args["model_config"]).get("default_model_filename"))
        self.types = {field.name: field.type for field in self.session.get_inputs()}
        self.outputs = [field.name for field in self.session.get_outputs()]

    def execute(self, requests):
        return [self.answer(request) for request in requests]

    def answer(self, request):
        feed = {tensor.name(): self.array(tensor) for tensor in request.inputs()}
        wanted = [name for name in request.requested_output_names() if name in self.outputs] or self.outputs
        try:
            results = self.session.run(wanted, feed)
        except Exception as error:  # Whatever it is, it belongs to this request and not to the others of the batch.
            return pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))
        return pb_utils.InferenceResponse([pb_utils.Tensor(name, tensor_value(value)) for name, value in zip(wanted, results)])

    def array(self, tensor):
        value = tensor.as_numpy()
        if self.types.get(tensor.name()) != "tensor(string)":
            return value
        return numpy.array([item.decode() if isinstance(item, bytes) else str(item) for item in value.reshape(-1)], dtype=object).reshape(value.shape)


def tensor_value(value):
    array = numpy.asarray(value)
    return numpy.array([str(item).encode() for item in array.reshape(-1)], dtype=object).reshape(array.shape) if array.dtype.kind in "OU" else array
