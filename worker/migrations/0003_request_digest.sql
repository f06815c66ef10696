-- By which another use of an Idempotency-Key is told: the SHA-256 of the body
-- that it first came with (lower-case hex). Records from before have none.
ALTER TABLE idempotency_records ADD COLUMN request_sha256 TEXT
  CHECK (length(request_sha256) = 64);
