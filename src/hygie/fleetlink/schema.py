"""The JSON Schema of every document of `hygie.fleet/1`, generated from the types.

`python -m hygie.fleetlink.schema` prints it; `schema/` keeps the printed copy, and a test holds both together.
"""

import json
import sys

import msgspec

from hygie.fleetlink.messages import (
    SCHEMA,
    Batch,
    BatchAnswer,
    EnrolAnswer,
    EnrolHello,
    EnrolOffer,
    EnrolRequest,
    EventBody,
    Heartbeat,
    Refusal,
)

DOCUMENTS = (EnrolHello, EnrolOffer, EnrolRequest, EnrolAnswer, Batch, BatchAnswer, Refusal)
BODIES = (EventBody, Heartbeat)
"""Of a message whose kind is event or heartbeat; a check-up's body is `hygie.checkup/1`."""


def wire_schema() -> str:
    """One schema: a document is any of them, and `$defs` holds each under its own name, bodies included."""
    kinds = [*DOCUMENTS, *BODIES]
    _, definitions = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        "title": "Ce qu’un poste et le serveur de son cabinet échangent",
        "anyOf": [{"$ref": f"#/$defs/{kind.__name__}"} for kind in DOCUMENTS],
        "$defs": dict(sorted(definitions.items())),
    }
    return json.dumps(head, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.buffer.write(wire_schema().encode())
