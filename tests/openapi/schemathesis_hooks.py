"""What the schemas cannot tell a generator of requests.

Nothing is excused here: requests are only made to reach further.
"""

import json
import os
import uuid

import schemathesis

# A vendor and the workflow of the demo data.
EXISTING = json.loads(os.environ["EXISTING"])
KEY = "Idempotency-Key"
created = 0


@schemathesis.hook
def before_call(context, case, kwargs):
    give_a_fresh_key(case)
    if case.operation.definition.raw.get("operationId") == "createAssessment":
        refer_to_what_exists(case)


def give_a_fresh_key(case):
    """A key used twice replays the first answer whatever the body (contract 4.8),
    and generators like to use the same few. An acceptable key becomes another
    acceptable one; one that breaks the rules stays as it is."""
    key = case.headers.get(KEY)
    if isinstance(key, str) and 0 < len(key) < 256 and all("!" <= c <= "~" for c in key):
        case.headers[KEY] = str(uuid.uuid4())


def refer_to_what_exists(case):
    """Of the requests that have the right form, three of four refer to things
    that exist, so that assessments and runs come into being and links lead on."""
    global created
    body = case.body
    is_right = (
        isinstance(body, dict)
        and case.meta is not None
        and case.meta.generation.mode == schemathesis.GenerationMode.POSITIVE
    )
    if not is_right:
        return
    created += 1
    if created % 4 == 0:
        return
    # Sending must not change what the generator keeps.
    case.body = {**body, **EXISTING}
    for key in ("assignee_id", "service_ids", "supporting_document_ids"):
        case.body.pop(key, None)
    if created % 2 == 0:
        case.body.pop("trigger_workflow")
