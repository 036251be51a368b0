FROM @CONDA@ AS build
COPY conda.yaml /tmp/conda.yaml
RUN micromamba create --yes --quiet --prefix /opt/aml/env --file /tmp/conda.yaml \
 && micromamba clean --all --yes --quiet
