"""Entry script of a container under a debugger: waits at a port for an editor, then is the user's scoring script."""

import importlib.util
import os
import sys

import debugpy

script = os.path.join(os.environ["AML_APP_ROOT"], os.environ["SLUICE_DEBUG_SCRIPT"])
debugpy.listen(("0.0.0.0", int(os.environ["SLUICE_DEBUG_PORT"])))
if os.environ.get("SLUICE_DEBUG_WAIT") == "1":
    print(f"waiting for a debugger at port {os.environ['SLUICE_DEBUG_PORT']}", flush=True)
    debugpy.wait_for_client()

# Imports beside the script work as they do without a debugger.
sys.path.insert(0, os.path.dirname(script))
spec = importlib.util.spec_from_file_location("entry_module", script)
module = importlib.util.module_from_spec(spec)
sys.modules["entry_module"] = module
spec.loader.exec_module(module)

init = module.init
run = module.run
