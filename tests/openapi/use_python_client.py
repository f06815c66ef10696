"""Uses the client that openapi-python-client makes: address and key are the
arguments, the vendor the third. The last line that it prints is the outcome."""

import json
import sys

from assessments_client import AuthenticatedClient
from assessments_client.api.assessments import archive_assessment, create_assessment, retrieve_assessment
from assessments_client.models import (
    ArchivedAssessment,
    Assessment,
    AssessmentNotFoundError,
    BadRequestError,
    CreateAssessmentRequest,
    CreatedAssessment,
    Status,
    UnauthorizedError,
    UnprocessableContentError,
)

url, key, vendor = sys.argv[1:]


def client(token):
    return AuthenticatedClient(base_url=url, token=token, raise_on_unexpected_status=True)


def create(vendor_id, token=key):
    body = CreateAssessmentRequest(vendor_id=vendor_id, control_set_ids=[])
    return create_assessment.sync_detailed(client=client(token), body=body)


def parsed(response, kind):
    assert isinstance(response.parsed, kind), response
    return response.parsed


created = create(vendor)
new = parsed(created, CreatedAssessment)
read = retrieve_assessment.sync_detailed(new.id, client=client(key))
seen = parsed(read, Assessment)
archived = archive_assessment.sync_detailed(new.id, client=client(key))
gone = parsed(archived, ArchivedAssessment)
refused = create("cbvndr_00")
unauthorized = create(vendor, token="ak_test_no")
not_found = retrieve_assessment.sync_detailed("cbqsrw_" + 32 * "0", client=client(key))
faulty = create(7)
assert new.status is Status.CREATED and isinstance(new.created_at, int)

print(json.dumps({
    "created": {"status": created.status_code, "state": new.status},
    "read": {"status": read.status_code, "state": seen.status, "isSame": seen.id == new.id},
    "archived": {"status": archived.status_code, "state": gone.status, "isArchived": gone.is_archived},
    "refused": {"status": refused.status_code, "error": parsed(refused, BadRequestError).detail.error},
    "unauthorized": {"status": unauthorized.status_code, "detail": parsed(unauthorized, UnauthorizedError).detail},
    "notFound": {"status": not_found.status_code, "code": parsed(not_found, AssessmentNotFoundError).detail.code},
    "faulty": {
        "status": faulty.status_code,
        "faults": [[fault.loc, fault.type_] for fault in parsed(faulty, UnprocessableContentError).detail],
    },
}))
