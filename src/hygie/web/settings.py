"""The app's settings, all derived from the data folder and a few HYGIE_* variables; there is no file to edit.

HYGIE_HOME data folder · HYGIE_HOST its names (comma) · HYGIE_TLS=1 behind TLS · HYGIE_DATABASE_URL PostgreSQL.
"""

import os
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

from hygie.core.folder import data_folder
from hygie.web.crypto.keys import load_keys

HERE = Path(__file__).parent
HYGIE_FOLDER = data_folder()
HYGIE_FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
HYGIE_KEYS = load_keys(HYGIE_FOLDER)
HYGIE_TLS = os.environ.get("HYGIE_TLS") == "1"
HYGIE_FINGERPRINT = os.environ.get("HYGIE_FINGERPRINT", "")
HYGIE_NEXT_FINGERPRINT = os.environ.get("HYGIE_NEXT_FINGERPRINT", "")
HYGIE_SYSTEM = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")

SECRET_KEY = HYGIE_KEYS.django
DEBUG = False
ALLOWED_HOSTS = [*filter(None, os.environ.get("HYGIE_HOST", "").split(",")), "127.0.0.1", "localhost", "[::1]"]
ROOT_URLCONF = "hygie.web.urls"
WSGI_APPLICATION = "hygie.web.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # sub-domains and preloading: see SECURE_HSTS_SECONDS

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "hygie.web.ui",
    "hygie.web.accounts",  # before allauth: our templates stand in for its own
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "hygie.web.journal",
    "hygie.web.practice",
    "hygie.web.inventory",
    "hygie.web.incidents",
    "hygie.web.workstations",
    "hygie.web.dashboard",
]
MIDDLEWARE = [
    "hygie.web.middleware.Calm",
    "hygie.web.middleware.Headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "hygie.web.middleware.Sessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "hygie.web.accounts.middleware.CurrentMember",
    "hygie.web.practice.middleware.Demonstration",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "hygie.web.context.page",
            ],
            "builtins": ["hygie.web.ui.templatetags.ui"],
        },
    }
]


def database(url: str) -> dict[str, object]:
    """SQLite in the data folder, or the PostgreSQL that the URL names (a hub, or the tests)."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": HYGIE_FOLDER / "hygie.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 10,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA busy_timeout=10000",
            },
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "") or dict(q.split("=", 1) for q in parts.query.split("&") if q).get("host"),
        "PORT": parts.port or "",
    }


DATABASES = {"default": database(os.environ.get("HYGIE_DATABASE_URL", ""))}

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "français")]
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [("hygie", HERE.parent / "documents" / "static")]
STATIC_ROOT = HERE / "ui" / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = HYGIE_FOLDER / "media"
FILE_UPLOAD_TEMP_DIR = HYGIE_FOLDER  # never in clear in a folder that others share
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "hygie.web.accounts.passwords.SeedOrCnil"}]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard:today"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "hygie.web.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = False  # accounts/throttle.py counts, and remembers across restarts
ACCOUNT_FORMS = {
    "login": "hygie.web.accounts.forms.LoginForm",
    "reauthenticate": "hygie.web.accounts.forms.ReauthenticateForm",
    "change_password": "hygie.web.accounts.forms.ChangePasswordForm",
}
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "hygie.web.accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Hygie"
MFA_FORMS = {
    "authenticate": "hygie.web.accounts.factors.AuthenticateForm",
    "reauthenticate": "hygie.web.accounts.factors.ReauthenticateForm",
    "activate_totp": "hygie.web.accounts.factors.ActivateTOTPForm",
    "authenticate_webauthn": "hygie.web.accounts.passkeys.AuthenticateWebAuthnForm",
    "reauthenticate_webauthn": "hygie.web.accounts.passkeys.ReauthenticateWebAuthnForm",
    "login_webauthn": "hygie.web.accounts.passkeys.LoginWebAuthnForm",
    "add_webauthn": "hygie.web.accounts.passkeys.AddWebAuthnForm",
    "edit_webauthn": "hygie.web.accounts.passkeys.EditWebAuthnForm",
}

_PREFIX = "__Host-" if HYGIE_TLS else ""
SESSION_COOKIE_NAME = f"{_PREFIX}hygie-session"
SESSION_SERIALIZER = "hygie.web.crypto.sessions.Sealed"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HYGIE_TLS
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
HYGIE_IDLE_MINUTES = 30
CSRF_COOKIE_NAME = f"{_PREFIX}hygie-csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HYGIE_TLS
CSRF_FAILURE_VIEW = "hygie.web.middleware.forged"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HYGIE_TLS
# One host of a local network: no other host of the domain is ours to speak for, and no public list holds it.
SECURE_HSTS_SECONDS = 31_536_000 if HYGIE_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_HSTS_PRELOAD = False
X_FRAME_OPTIONS = "DENY"

# In the sealed session: a message may name somebody, and a cookie stays in the browser.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"bare": {"()": "hygie.web.middleware.BareRecord"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["bare"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
