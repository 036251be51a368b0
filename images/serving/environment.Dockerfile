FROM @BASE@ AS build
ARG SLUICE_PIP_INDEX_URL=
ARG SLUICE_PIP_EXTRA_INDEX_URL=
ARG SLUICE_PIP_TRUSTED_HOST=
COPY requirements.txt /tmp/requirements.txt
RUN /opt/uv/bin/uv venv --python /usr/local/bin/python /opt/aml/env \
 && VIRTUAL_ENV=/opt/aml/env /opt/uv/bin/uv pip install --no-cache --compile-bytecode -r /tmp/requirements.txt \
      ${SLUICE_PIP_INDEX_URL:+--default-index "$SLUICE_PIP_INDEX_URL"} \
      ${SLUICE_PIP_EXTRA_INDEX_URL:+--index "$SLUICE_PIP_EXTRA_INDEX_URL"} \
      ${SLUICE_PIP_TRUSTED_HOST:+--allow-insecure-host "$SLUICE_PIP_TRUSTED_HOST"}
FROM @BASE@
COPY --from=build /opt/aml/env /opt/aml/env
COPY aml-start.sh /opt/aml/start
RUN mkdir -p /var/azureml-app && chown 1001:1001 /var/azureml-app
ENV PATH=/opt/aml/env/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    VIRTUAL_ENV=/opt/aml/env \
    AML_APP_ROOT=/var/azureml-app \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /var/azureml-app
USER 1001:1001
EXPOSE 5001
CMD ["sh", "/opt/aml/start"]
