"""Serves a TorchScript program: its arguments as tensors in, tensors out."""

import os

import torch
from azureml_inference_server_http.api.aml_request import rawhttp

from sluice_scoring import BadInput, Table, answer, check_extra, choose, model_path, read_table, shown

MODEL_FILE = "model.pt"
TYPES = {"float32": torch.float32, "float64": torch.float64, "float16": torch.float16, "int64": torch.int64, "int32": torch.int32, "bool": torch.bool}


def init():
    global model, arguments, required, floats
    # By default it would start a thread per core of the host, of which the container may use only some.
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    model = torch.jit.load(model_path(MODEL_FILE), map_location="cpu").eval()
    # The first argument is the module itself.
    schema = model.forward.schema.arguments[1:]
    arguments = [argument.name for argument in schema]
    required = [argument.name for argument in schema if not argument.has_default_value()]
    weights = [weight.dtype for weight in model.parameters() if weight.dtype.is_floating_point]
    floats = weights[0] if weights else torch.float32


def predict(input_data, params):
    check_extra("Parameter", [name for name in params if name != "dtype"])
    chosen = choose(params, "dtype", ("auto", *TYPES), "auto")
    values = values_of(input_data)
    feed = {name: tensor(name, value, floats if chosen == "auto" else TYPES[chosen]) for name, value in values.items()}
    try:
        with torch.no_grad():
            result = model(**feed)
    except RuntimeError as error:
        # TorchScript puts its own traceback before what went wrong.
        words = [line.strip() for line in str(error).splitlines() if line.strip()]
        raise BadInput(f"The model refused the input: {words[-1].removeprefix('RuntimeError: ')}") from error
    return arrays(result)


def values_of(input_data):
    """What each argument of the program gets."""
    if isinstance(input_data, dict) and set(input_data) & set(arguments):
        missing = [name for name in required if name not in input_data]
        if missing:
            raise BadInput(f"Tensor `{missing[0]}` is missing. The model takes: {', '.join(arguments)}.")
        check_extra("Tensor", [name for name in input_data if name not in arguments])
        return {name: input_data[name] for name in arguments if name in input_data}
    if len(required) > 1 or not arguments:
        raise BadInput(f"The model takes {len(arguments)} tensors: send an object with {', '.join(arguments)}.")
    if isinstance(input_data, dict) or (isinstance(input_data, list) and input_data and all(isinstance(row, dict) for row in input_data)):
        table: Table = read_table(input_data)
        return {arguments[0]: table.rows}
    return {arguments[0]: input_data}


def tensor(name, value, dtype):
    try:
        return torch.tensor(value, dtype=dtype)
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise BadInput(f"Tensor `{name}` cannot be made of {shown(value)}: {error}. `params.dtype` may name another type.") from None


def arrays(result):
    """Tensors as arrays, in whatever the program packed them."""
    if isinstance(result, torch.Tensor):
        return result.detach().cpu().numpy()
    if isinstance(result, dict):
        return {str(key): arrays(value) for key, value in result.items()}
    if isinstance(result, (list, tuple)):
        return [arrays(value) for value in result]
    return result


@rawhttp
def run(request):
    return answer(request, predict)
