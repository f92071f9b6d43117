"""Django's settings, all of them drawn from ours. The one module that Django reads at its start."""

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _

import assidu
from assidu.foundation.database import django_database
from assidu.foundation.settings import HASHED_STATIC, current_settings

_settings = current_settings()
_package = Path(assidu.__file__).parent

SECRET_KEY = _settings.secret_key
DEBUG = _settings.debug
# Whoever answers on loopback has no name to check; behind a proxy, only the public name is answered.
ALLOWED_HOSTS = ["*"]
if _settings.public_url:
    ALLOWED_HOSTS = [
        _settings.public_url.split("://")[-1].split("/")[0].split(":")[0],
        "127.0.0.1",
        "localhost",
    ]
    CSRF_TRUSTED_ORIGINS = [_settings.public_url.rstrip("/")]
_is_https = bool(_settings.public_url and _settings.public_url.startswith("https://"))

INSTALLED_APPS = [
    "assidu.foundation",
    "assidu.foundation.people",
    "assidu.catalogue",
    "assidu.events",
    "assidu.customers",
    "assidu.ledger",
    "assidu.loyalty",
    "assidu.connectors",
    "assidu.simulation",
    "assidu.measurement",
    "assidu.economics",
    "assidu.backoffice",
    "assidu.portal",
    "assidu.api",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "assidu.foundation.requests.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "assidu.foundation.static.StaticFilesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "assidu.backoffice.middleware.ScreenMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "assidu.api.door.ProblemMiddleware",
]

ROOT_URLCONF = "assidu.project.urls"
STUDIO_PAPERS = "assidu.backoffice.views.studio.papers"
ASGI_APPLICATION = "assidu.project.asgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "assidu.backoffice.context.shell",
            ],
        },
    },
]

DATABASES = {"default": django_database(_settings)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = _settings.language
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [_package / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = _settings.time_zone

STATIC_URL = "/static/"
STATIC_ROOT = _settings.home / "static"
WHITENOISE_USE_FINDERS = HASHED_STATIC not in os.environ
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        # `assidu serve` gathers the files under hashed names, then says so to this module.
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if WHITENOISE_USE_FINDERS
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["assidu.foundation.people.sessions.PeopleBackend"]
LOGIN_URL = "sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _is_https
CSRF_COOKIE_SECURE = _is_https
CSRF_FAILURE_VIEW = "assidu.backoffice.views.errors.csrf_failed"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if _is_https else 0
if _is_https:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

LOGGING_CONFIG = None  # foundation.logs configures logging, for Django and the rest alike
