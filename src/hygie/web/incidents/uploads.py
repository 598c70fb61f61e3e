"""A list of patients sent by a form: kept in memory for the time of the request, never on the disk, and bounded.

Django would otherwise write what is over 2,5 MB in a temporary file.
"""

import io
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from hygie.documents.recipients import MOST_BYTES

FIELD: Final = "recipients"
View = Callable[..., HttpResponseBase]


class InMemory(FileUploadHandler):
    """Takes the one file of the field, up to MOST_BYTES; beyond, it is dropped and `too_big` says so."""

    def __init__(self, request: Any = None) -> None:
        """Django's convention."""
        super().__init__(request)
        self.too_big = False
        self._taken = False
        self._buffer = io.BytesIO()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """SkipFile for another field, or a second file."""
        super().new_file(*args, **kwargs)
        if self.field_name != FIELD or self._taken:
            raise SkipFile
        self._taken = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep the bytes, or forget them all once they are too many."""
        if self.too_big or start + len(raw_data) > MOST_BYTES:
            self.too_big = True
            self._buffer = io.BytesIO()
            return
        self._buffer.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile | None:
        """The file, unless it was too big. Its name is not kept: it could be a person's."""
        if self.too_big:
            return None
        self._buffer.seek(0)
        return InMemoryUploadedFile(self._buffer, FIELD, "liste.csv", "text/csv", file_size, None)


def in_memory(view: View) -> View:
    """The view whose upload stays in memory. The token of the form is checked after, as everywhere."""
    checked: View = csrf_protect(view)

    @wraps(checked)
    def handled(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.upload_handlers = [InMemory(request)]
        return checked(request, *args, **kwargs)

    exempt: View = csrf_exempt(handled)
    return exempt


def too_big(request: Any) -> bool:
    """Whether the file sent was over MOST_BYTES."""
    return any(getattr(handler, "too_big", False) for handler in request.upload_handlers)
