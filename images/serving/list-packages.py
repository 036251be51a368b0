"""Prints what is installed for the interpreter that runs this: one JSON array per line, [kind, name, version, licence or null]."""

import glob
import importlib.metadata
import json
import os
import sys


def licence_of(metadata):
    for field in ("License-Expression", "License"):
        text = (metadata.get(field) or "").strip()
        # Some packages put the whole text of their licence here.
        if text and "\n" not in text and len(text) <= 100:
            return text
    for classifier in metadata.get_all("Classifier") or []:
        if classifier.startswith("License :: "):
            return classifier.rsplit(" :: ", 1)[1]
    return None


def tell(kind, name, version, licence):
    if name and version:
        print(json.dumps([kind, name, version, licence]))


for distribution in importlib.metadata.distributions():
    tell("pypi", distribution.metadata["Name"], distribution.version, licence_of(distribution.metadata))

for path in glob.glob(os.path.join(sys.prefix, "conda-meta", "*.json")):
    with open(path, encoding="utf-8") as file:
        record = json.load(file)
    tell("conda", record.get("name"), record.get("version"), record.get("license"))
