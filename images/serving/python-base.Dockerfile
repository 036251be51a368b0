ARG SLUICE_PIP_INDEX_URL=
ARG SLUICE_PIP_EXTRA_INDEX_URL=
ARG SLUICE_PIP_TRUSTED_HOST=
# One file per certificate; the folder is empty when the network needs no extra authority.
COPY extra-ca/ /usr/local/share/ca-certificates/sluice/
RUN update-ca-certificates >/dev/null \
 && (id -u amluser >/dev/null 2>&1 || useradd -u 1001 -m -d /home/amluser -s /usr/sbin/nologin amluser)
# Python tools carry their own lists of authorities; all of them honour one of these.
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt \
    PIP_CERT=/etc/ssl/certs/ca-certificates.crt
RUN python -m venv /opt/uv \
 && /opt/uv/bin/pip install -q \
      ${SLUICE_PIP_INDEX_URL:+--index-url "$SLUICE_PIP_INDEX_URL"} \
      ${SLUICE_PIP_EXTRA_INDEX_URL:+--extra-index-url "$SLUICE_PIP_EXTRA_INDEX_URL"} \
      ${SLUICE_PIP_TRUSTED_HOST:+--trusted-host "$SLUICE_PIP_TRUSTED_HOST"} \
      "uv==@UV@"
