"""All settings of the platform, read from the environment.

Without any variable the program runs for development: SQLite and a broker in `var/`.
Production (`DEBUG=0`) refuses to start without its own secrets.
"""

import secrets
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

DEBUG = env.bool("DEBUG", default=False)
DEVELOPMENT = env.bool("DEVELOPMENT", default=DEBUG)
"""Development mode: secrets are made on the spot, channels print to the console."""

DEMO = env.bool("DEMO", default=False)
"""The invented district with known passwords may be loaded, and every page says so. Only together with DEVELOPMENT."""


def secret(name: str) -> str:
    """The secret `name`; in development one is made and kept in `var/`, in production it must be set."""
    value = env.str(name, default="")
    if value:
        return value
    if not DEVELOPMENT:
        raise ImproperlyConfigured(f"Set {name} in the environment (see README, section Production).")
    path = VAR_DIR / f"{name.lower()}.secret"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(48))
        path.chmod(0o600)
    return path.read_text().strip()


SECRET_KEY = secret("SECRET_KEY")
PHONE_KEY = secret("PHONE_KEY")
"""Key of the blind index over telephone numbers (HMAC-SHA256)."""
SALT_KEY = [secret("FIELD_KEY")]
"""Key of encrypted fields (django-fernet-encrypted-fields)."""

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"] if DEVELOPMENT else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_URL = env.str("PUBLIC_URL", default="http://localhost:8000").rstrip("/")
"""Address that residents reach; printed into every QR code."""
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
"""Number of proxies in front whose X-Forwarded-For entries may be believed."""

METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
"""When set, /metrics answers only to `Authorization: Bearer <token>`."""

GAUGES = ["supervision.cases.health.gauges"]
"""Functions that give /metrics numbers of the whole system, e.g. how old the last sweep is."""
DEFAULTS = ["supervision.cases.defaults.load"]
"""Functions that give a district, by `load_defaults`, what it lacks besides the catalogue."""
HELPERS = {"sweep": "supervision.cases.health.check"}
"""Further parts without which /readyz says "degraded": functions that raise NotReady."""

INSTALLED_APPS = [
    "liaison.base.web.admin_config.ReferenceAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "liaison.base.web.static_config.ServedFilesConfig",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "django_htmx",
    "bs_icon_templates",
    "crispy_forms",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "csp",
    "django_prometheus",
    "liaison.base",
    "liaison.demo",
    "deputies",
    "opinions",
    "supervision",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "liaison.base.web.middleware.elder_mode",
    "liaison.base.web.middleware.no_zero_bytes",
    "liaison.base.web.middleware.look_once",
    "liaison.base.web.middleware.domain_errors",
    "deputies.accounts.middleware.guard_session",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "liaison.urls"
WSGI_APPLICATION = "liaison.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "liaison.base.web.context.site",
            ],
            "libraries": {
                "ui": "liaison.base.web.templatetags.ui",
                "codes": "liaison.base.web.templatetags.codes",
                "i18n": "liaison.base.web.templatetags.i18n",
                "reports": "supervision.reports.tags",
            },
        },
    },
]
DESK_CHROME = env.str("DESK_CHROME", default="liaison.chrome.desk_chrome")
"""Function `(request) -> liaison.base.web.chrome.Chrome` that fills the frame of desk pages."""
SITE_NAME = env.str("SITE_NAME", default="")
"""Name of the product in headers; empty takes the translated default."""
PLACE_NAME = env.str("PLACE_NAME", default="云汀区" if DEMO else "")
"""Name of the place, shown before the product's name in every header."""
CSRF_FAILURE_VIEW = "liaison.base.web.views.csrf_failure"
CRISPY_ALLOWED_TEMPLATE_PACKS = "liaison"
CRISPY_TEMPLATE_PACK = "liaison"

DATABASE_URL = env.str("DATABASE_URL", default="")
if DATABASE_URL:
    DATABASES = {"default": env.db_url_config(DATABASE_URL)}
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    if DATABASES["default"]["ENGINE"].endswith("postgresql"):
        DATABASES["default"].setdefault("OPTIONS", {}).setdefault("gssencmode", "disable")  # saves loading Kerberos
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR_DIR / "liaison.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "visibility_timeout": 300,
        "unacked_restore_interval": 10,
        "socket_connect_timeout": 1,
    }
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
else:
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT = "liaison.base.broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(VAR_DIR / "broker" / "queue"),
        "data_folder_out": str(VAR_DIR / "broker" / "queue"),
        "control_folder": str(VAR_DIR / "broker" / "control"),
        "polling_interval": 0.2,
    }
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
TASK_APP = "liaison.celery.app"
"""Loaded by who sends a task first: a web worker that only shows pages needs none of it."""
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat")
CELERY_BEAT_SCHEDULE = {
    "deliver-notices": {"task": "notices.deliver_due", "schedule": env.float("NOTICE_INTERVAL", default=30.0)},
    "deliver-exchange": {"task": "exchange.deliver_due", "schedule": env.float("NOTICE_INTERVAL", default=30.0)},
    "gather-results": {"task": "exchange.gather_results", "schedule": 60.0, "options": {"expires": 55}},
    "requeue-jobs": {"task": "jobs.requeue_stale", "schedule": 60.0, "options": {"expires": 55}},
    "activate-planned": {"task": "rehearsal.activate_planned", "schedule": 60.0, "options": {"expires": 55}},
    "sweep": {"task": "cases.sweep", "schedule": 300.0},
    "rollups": {"task": "dashboards.follow", "schedule": 60.0, "options": {"expires": 55}},
    "suggest": {"task": "suggestion.suggest_waiting", "schedule": 120.0, "options": {"expires": 110}},
    "index-similar": {"task": "similar.index_waiting", "schedule": 120.0, "options": {"expires": 110}},
    "group-similar": {"task": "similar.nightly", "schedule": {"hour": 1, "minute": 30}, "options": {"expires": 7200}},
    "retrain": {"task": "suggestion.retrain", "schedule": {"day_of_month": 1, "hour": 2, "minute": 0}},
    "monthly-reports": {"task": "reports.draft_month", "schedule": {"day_of_month": "1-5", "hour": 0, "minute": 40}},
    **{
        name: {"task": task, "schedule": {"hour": hour, "minute": minute}, "options": {"expires": 3600}}
        for name, task, hour, minute in (
            ("end-due-terms", "roster.end_due_terms", 0, 5),
            ("clear-sessions", "accounts.clear_sessions", 3, 0),
            ("clear-attempts", "accounts.clear_attempts", 3, 5),
            ("forget-sign-ins", "accounts.forget_sign_ins", 3, 50),
            ("purge-job-files", "jobs.purge_expired", 3, 10),
            ("drop-stale-photos", "intake.drop_stale_photos", 3, 15),
            ("drop-stale-tables", "intake.drop_stale_tables", 3, 20),
            ("heed-consents", "echo.heed_consents", 3, 55),
            ("drop-expired-links", "invitations.drop_expired", 3, 25),
            ("check-rules", "routing.check_rules", 7, 30),
            ("purge-rehearsals", "rehearsal.purge_differences", 3, 40),
            ("forget-nonces", "exchange.forget_nonces", 3, 30),
            ("gather-all-results", "exchange.gather_all", 3, 35),
            ("drop-old-exchange", "exchange.drop_old", 3, 45),
        )
    },
}
"""What beat asks for: every so many seconds, or at times of the clock (liaison/celery.py makes crontabs of them).

The daily tasks tidy up, one thing each; running one twice does nothing the second time.
"""

AUTH_USER_MODEL = "deputies.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "deputies.accounts.backends.Backend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "deputies.accounts.passwords.NotUsedBefore"},
]
LOGIN_URL = "accounts:login"
PASSWORD_CHANGE_URL = "accounts:password"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "accounts:login"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=15)
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "deputies.accounts.views.session.locked_out"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
"""The end of a lock, once told, stands."""
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_ENABLE_ADMIN = False
OTP_ADMIN_HIDE_SENSITIVE_DATA = True
OTP_TOTP_ISSUER = f"{PLACE_NAME}{SITE_NAME or '人大代表联络平台'}"
AXES_CLIENT_IP_CALLABLE = "deputies.accounts.sessions.address_of"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("SECURE_COOKIES", default=PUBLIC_URL.startswith("https://"))
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=0)
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("中文")), ("en", _("英文"))]
LOCALE_PATHS = [BASE_DIR / "liaison" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = VAR_DIR / "files"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="liaison@example.org")
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
NOTICE_LEASE = env.float("NOTICE_LEASE", default=120.0)
"""Seconds after which a notice whose worker died while sending it is taken up again."""
EXCHANGE_LEASE = env.float("EXCHANGE_LEASE", default=300.0)
"""Seconds after which a message to an outside system whose worker died while sending it is taken up again."""
EXCHANGE_NETWORKS = env.list("EXCHANGE_NETWORKS", default=[])
"""Networks of our own that outside systems may lie in, e.g. 10.8.0.0/16; no other private address is ever called."""
EXCHANGE_KEPT_DAYS = env.int("EXCHANGE_KEPT_DAYS", default=180)
"""Days after the end of a matter for which what was exchanged about it is kept; the ledger's facts stay for good."""
EXCHANGE_FOLDER = env.str("EXCHANGE_FOLDER", default=str(VAR_DIR / "exchange"))
"""Where messages are put for outside systems that take files."""
NOTICE_CHANNELS = {
    "in_app": "liaison.base.notices.channels.in_app.InApp",
    "email": "liaison.base.notices.channels.email.Email",
    "sms": env.str("SMS_BACKEND", default="liaison.base.notices.channels.console.Console"),
    "wecom": env.str("WECOM_BACKEND", default="liaison.base.notices.channels.console.Console"),
    "dingtalk": env.str("DINGTALK_BACKEND", default="liaison.base.notices.channels.console.Console"),
}
SMS_URL = env.str("SMS_URL", default="")
SMS_TOKEN = env.str("SMS_TOKEN", default="")
WECOM_WEBHOOK = env.str("WECOM_WEBHOOK", default="")
DINGTALK_WEBHOOK = env.str("DINGTALK_WEBHOOK", default="")
DINGTALK_SECRET = env.str("DINGTALK_SECRET", default="")

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "rest_framework.schemas.inspectors.ViewInspector",
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["liaison.base.web.api.PlainJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "liaison.base.web.api.handle_error",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Deputies' liaison platform",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "PREPROCESSING_HOOKS": ["liaison.base.web.schema.describe"],
    "SCHEMA_PATH_PREFIX": "/api",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
SILENCED_SYSTEM_CHECKS = ["axes.W006", "templates.W003"]
"""An account is locked, wherever the attempts came from (protection level 3); our tag library `i18n` stands for the one
of Django on purpose."""
