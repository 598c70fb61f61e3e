"""Sessions are sealed in the database: between two pages they hold link secrets, a factor being added, what was typed.

Django signs them, so nobody changes them; whoever reads a copy of the database would still read them.
"""

from typing import Any

from django.conf import settings
from django.core.signing import JSONSerializer

from hygie.web.crypto.seal import seal, unseal

CONTEXT = "django_session"


class Sealed:
    """Django's SESSION_SERIALIZER: JSON, then sealed. A session that does not open any more is an empty one."""

    @staticmethod
    def dumps(content: Any) -> bytes:
        """For the database."""
        return seal(settings.HYGIE_KEYS.ring, JSONSerializer().dumps(content), CONTEXT).encode()

    @staticmethod
    def loads(sealed: bytes) -> Any:
        """From the database. SealBroken, which Django takes as an empty session."""
        return JSONSerializer().loads(unseal(settings.HYGIE_KEYS.ring, sealed.decode("ascii"), CONTEXT))
