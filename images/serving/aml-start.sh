#!/bin/sh
# The server resolves the entry script against the working directory, not against AML_APP_ROOT.
cd "${AML_APP_ROOT:=/var/azureml-app}" || exit 3
export AML_APP_ROOT
exec azmlinfsrv --entry_script "${AZUREML_ENTRY_SCRIPT:-main.py}"
