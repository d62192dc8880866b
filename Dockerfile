# syntax=docker/dockerfile:1
# One image for web, worker, beat and the one-time migration; docker-compose.yml says which runs what.

# Python packages, compiled translations, collected static files.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
COPY requirements.txt ./
RUN pip install --requirement requirements.txt
COPY . .
# Compiled here, the program starts sooner and lies smaller in memory.
RUN python -m compileall -q deputies liaison opinions supervision
# DEVELOPMENT=1 makes throw-away secrets for this step only: they stay in /tmp of this stage.
RUN python -m liaison.run.catalogues \
    && DEVELOPMENT=1 VAR_DIR=/tmp/build STATIC_ROOT=/app/staticfiles \
       python manage.py collectstatic --no-input --verbosity 0 \
    && rm -rf /tmp/build

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin liaison \
    && install -d -o liaison -g liaison /var/lib/liaison
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=1 \
    PYTHONNODEBUGRANGES=1 \
    DEBUG=0 \
    BIND=0.0.0.0 \
    PORT=8000 \
    VAR_DIR=/var/lib/liaison \
    STATIC_ROOT=/app/staticfiles
USER liaison
VOLUME /var/lib/liaison
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=40s --retries=3 CMD ["python", "-m", "liaison.run.probe"]
CMD ["gunicorn", "--config", "liaison/run/gunicorn_conf.py", "liaison.wsgi"]
