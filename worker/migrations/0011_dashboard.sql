-- What a dashboard lists and searches (15).

-- Lists are walked in the order of an index that begins with the organization, and with
-- whether an assessment is archived, which every list asks for.
CREATE INDEX assessments_by_creation
  ON assessments (org_id, archived_at IS NOT NULL, created_at, id);
CREATE INDEX assessments_by_update
  ON assessments (org_id, archived_at IS NOT NULL, updated_at, id);
CREATE INDEX assessments_by_status
  ON assessments (org_id, archived_at IS NOT NULL, status, created_at, id);
CREATE INDEX assessments_by_assignee
  ON assessments (org_id, archived_at IS NOT NULL, assignee_id, created_at, id)
  WHERE assignee_id IS NOT NULL;

-- Besides whether a vendor was ever assessed these tell when it last was, and which run of
-- an assessment is the newest.
DROP INDEX assessments_by_vendor;
CREATE INDEX assessments_by_vendor ON assessments (org_id, vendor_id, created_at, id);
DROP INDEX workflow_runs_by_assessment;
CREATE INDEX workflow_runs_by_assessment
  ON workflow_runs (org_id, assessment_id, started_at, id);

CREATE INDEX document_links_by_assessment ON document_links (org_id, assessment_id);
CREATE INDEX services_by_vendor
  ON services (org_id, vendor_id, name COLLATE NOCASE, id) WHERE is_archived = 0;
CREATE INDEX vendor_documents_by_vendor
  ON vendor_documents (org_id, vendor_id, name COLLATE NOCASE, id) WHERE is_archived = 0;

-- What is offered to choose from, by name. A page begins behind a pair of name and id, which
-- SQLite finds in an index of columns, but not in one of expressions.
ALTER TABLE vendors ADD COLUMN name_order TEXT GENERATED ALWAYS AS (lower(name)) VIRTUAL;
ALTER TABLE control_sets ADD COLUMN name_order TEXT GENERATED ALWAYS AS (lower(name)) VIRTUAL;
ALTER TABLE users ADD COLUMN name_order TEXT GENERATED ALWAYS AS (lower(name)) VIRTUAL;
ALTER TABLE workflow_definitions ADD COLUMN name_order TEXT GENERATED ALWAYS AS (lower(name)) VIRTUAL;
CREATE INDEX vendors_by_name
  ON vendors (org_id, name_order, id) WHERE is_archived = 0;
CREATE INDEX control_sets_by_name
  ON control_sets (org_id, name_order, id) WHERE is_archived = 0;
CREATE INDEX users_by_name
  ON users (org_id, name_order, id)
  WHERE is_archived = 0 AND membership IN ('invited', 'active');
CREATE INDEX workflow_definitions_by_name
  ON workflow_definitions (org_id, name_order, id) WHERE is_archived = 0;

-- Findings that are not archived, counted whenever they change: a list of assessments
-- cannot count the findings of each.
ALTER TABLE assessments ADD COLUMN open_findings INTEGER NOT NULL DEFAULT 0
  CHECK (open_findings >= 0);

UPDATE assessments SET open_findings = (
  SELECT count(*) FROM findings f
  WHERE f.org_id = assessments.org_id AND f.assessment_id = assessments.id
    AND f.archived_at IS NULL)
WHERE EXISTS (
  SELECT 1 FROM findings f
  WHERE f.org_id = assessments.org_id AND f.assessment_id = assessments.id);

CREATE TRIGGER findings_open_insert
AFTER INSERT ON findings
WHEN NEW.archived_at IS NULL
BEGIN
  UPDATE assessments SET open_findings = open_findings + 1
    WHERE org_id = NEW.org_id AND id = NEW.assessment_id;
END;

CREATE TRIGGER findings_open_update
AFTER UPDATE OF archived_at ON findings
WHEN (OLD.archived_at IS NULL) <> (NEW.archived_at IS NULL)
BEGIN
  UPDATE assessments
    SET open_findings = max(0, open_findings + iif(NEW.archived_at IS NULL, 1, -1))
    WHERE org_id = NEW.org_id AND id = NEW.assessment_id;
END;

CREATE TRIGGER findings_open_delete
AFTER DELETE ON findings
WHEN OLD.archived_at IS NULL
BEGIN
  UPDATE assessments SET open_findings = max(0, open_findings - 1)
    WHERE org_id = OLD.org_id AND id = OLD.assessment_id;
END;

-- The search. The index has an entry for each prefix of a word of up to 20 characters, so
-- that the beginning of a word is one list of positions; what is searched for is cut to
-- that length. A list is in the order of positions and is entered anywhere, so each
-- organization has a range of positions of its own, and within it each kind of thing. A
-- search reads the range of who asks, newest first, whatever others have. Nothing is
-- ranked, and the text itself is not kept once more.
--
-- A position is, from the highest bit, 17 bits of the organization's number, 3 of the kind
-- (1 vendor, 2 control set, 3 user, 4 workflow, 5 assessment), and 43 by age: of an
-- assessment the second in which it was created and 11 bits to tell those of one second
-- apart, of anything else in the order in which it came.
CREATE VIRTUAL TABLE search_index USING fts5(
  words,
  content = '',
  contentless_delete = 1,
  tokenize = "unicode61 remove_diacritics 2",
  prefix = '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20'
);

CREATE TABLE search_ranges (
  org_id TEXT NOT NULL PRIMARY KEY REFERENCES organizations (id),
  number INTEGER NOT NULL UNIQUE CHECK (number BETWEEN 0 AND 131071)
) STRICT, WITHOUT ROWID;

CREATE TABLE search_assessments (
  position INTEGER PRIMARY KEY,
  org_id TEXT NOT NULL,
  id TEXT NOT NULL
) STRICT;

-- What is offered to choose from, and nothing that is not.
CREATE TABLE search_choices (
  position INTEGER PRIMARY KEY,
  org_id TEXT NOT NULL,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 4),
  id TEXT NOT NULL,
  UNIQUE (org_id, kind, id)
) STRICT;

-- Words go into the index by way of this view. Its tokenizer takes accents from Latin
-- letters and those that are characters of their own; those of Greek and Cyrillic letters are
-- folded here. `src/decide/search.rs` does the
-- same to what is searched for.
CREATE VIEW search_words AS SELECT NULL AS position, NULL AS words WHERE 0;

CREATE TRIGGER search_words_insert
INSTEAD OF INSERT ON search_words
BEGIN
  DELETE FROM search_index WHERE rowid = NEW.position;
  INSERT INTO search_index (rowid, words) VALUES (
    NEW.position,
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
      replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(NEW.words
      , 'Ά', 'α'), 'ά', 'α'), 'Έ', 'ε'), 'έ', 'ε'), 'Ή', 'η'), 'ή', 'η')
      , 'Ί', 'ι'), 'ί', 'ι'), 'Ϊ', 'ι'), 'ϊ', 'ι'), 'ΐ', 'ι'), 'Ό', 'ο')
      , 'ό', 'ο'), 'Ύ', 'υ'), 'ύ', 'υ'), 'Ϋ', 'υ'), 'ϋ', 'υ'), 'ΰ', 'υ')
      , 'Ώ', 'ω'), 'ώ', 'ω'), 'Ё', 'е'), 'ё', 'е'), 'Й', 'и'), 'й', 'и')
      , 'Ї', 'і'), 'ї', 'і'), 'Ў', 'у'), 'ў', 'у'), 'Ѓ', 'г'), 'ѓ', 'г')
      , 'Ќ', 'к'), 'ќ', 'к')
  );
END;

-- Whoever inserts an assessment inserts it here as well, in the same transaction. A trigger
-- on assessments would have SQLite look through everything that refers to them whenever one
-- is inserted, for it then thinks that something may be waiting for the new one; among it
-- all runs of the organization. Of the id the first eight digits are words: the row tells
-- the rest.
CREATE VIEW search_assessment AS
SELECT NULL AS org_id, NULL AS id, NULL AS created_at, NULL AS words WHERE 0;

CREATE TRIGGER search_assessment_insert
INSTEAD OF INSERT ON search_assessment
BEGIN
  -- More of one second than there are positions for come behind the newest.
  INSERT INTO search_assessments (position, org_id, id)
  SELECT
    iif(
      coalesce(last, first - 1) < first + 2047,
      coalesce(last, first - 1) + 1,
      (SELECT max(position) + 1 FROM search_assessments WHERE position >= first AND position < past)
    ),
    NEW.org_id, NEW.id
  FROM (
    SELECT first, past,
      (SELECT max(position) FROM search_assessments
       WHERE position BETWEEN first AND first + 2047) AS last
    FROM (
      SELECT
        (number << 46) | (5 << 43) | (min(max(NEW.created_at, 0), 4294967295) << 11) AS first,
        (number << 46) | (6 << 43) AS past
      FROM search_ranges WHERE org_id = NEW.org_id
    )
  );
  INSERT INTO search_words (position, words) VALUES (last_insert_rowid(), NEW.words);
END;

-- Whatever may be chosen is inserted here whenever it changes, without words once it may
-- no longer be.
CREATE VIEW search_choice AS
SELECT NULL AS org_id, NULL AS kind, NULL AS id, NULL AS words WHERE 0;

CREATE TRIGGER search_choice_insert
INSTEAD OF INSERT ON search_choice
BEGIN
  DELETE FROM search_index WHERE NEW.words IS NULL AND rowid = (
    SELECT position FROM search_choices
    WHERE org_id = NEW.org_id AND kind = NEW.kind AND id = NEW.id);
  DELETE FROM search_choices
    WHERE org_id = NEW.org_id AND kind = NEW.kind AND id = NEW.id AND NEW.words IS NULL;
  INSERT INTO search_choices (position, org_id, kind, id)
  SELECT
    coalesce(
      (SELECT max(position) FROM search_choices
       WHERE position >= (r.number << 46) | (NEW.kind << 43)
         AND position < (r.number << 46) | ((NEW.kind + 1) << 43)),
      (r.number << 46) | (NEW.kind << 43)
    ) + 1,
    NEW.org_id, NEW.kind, NEW.id
  FROM search_ranges r
  WHERE r.org_id = NEW.org_id AND NEW.words IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM search_choices
    WHERE org_id = NEW.org_id AND kind = NEW.kind AND id = NEW.id);
  INSERT INTO search_words (position, words)
  SELECT position, NEW.words FROM search_choices
    WHERE org_id = NEW.org_id AND kind = NEW.kind AND id = NEW.id;
END;

-- What is there already.
INSERT INTO search_ranges (org_id, number)
SELECT id, row_number() OVER (ORDER BY id) - 1 FROM organizations;

INSERT INTO search_choice (org_id, kind, id, words)
SELECT org_id, 1, id, name FROM vendors WHERE is_archived = 0;
INSERT INTO search_choice (org_id, kind, id, words)
SELECT org_id, 2, id, name FROM control_sets WHERE is_archived = 0;
INSERT INTO search_choice (org_id, kind, id, words)
SELECT org_id, 3, id, name || ' ' || email FROM users
WHERE is_archived = 0 AND membership IN ('invited', 'active');
INSERT INTO search_choice (org_id, kind, id, words)
SELECT org_id, 4, id, name FROM workflow_definitions WHERE is_archived = 0;

INSERT INTO search_assessment (org_id, id, created_at, words)
SELECT a.org_id, a.id, a.created_at, a.name || ' ' || v.name || ' ' || substr(a.id, 8, 8)
FROM assessments a JOIN vendors v ON v.org_id = a.org_id AND v.id = a.vendor_id
ORDER BY a.org_id, a.created_at, a.id;

-- All else keeps itself in step, whoever writes it.
CREATE TRIGGER organizations_search
AFTER INSERT ON organizations
BEGIN
  INSERT INTO search_ranges (org_id, number)
  SELECT NEW.id, coalesce((SELECT max(number) FROM search_ranges), -1) + 1
  WHERE NOT EXISTS (SELECT 1 FROM search_ranges WHERE org_id = NEW.id);
END;

-- Where an assessment is in the index: among those of its second, or wherever it had to go.
CREATE VIEW search_assessment_words AS
SELECT a.org_id, a.id, a.vendor_id,
  a.name || ' ' || v.name || ' ' || substr(a.id, 8, 8) AS words,
  coalesce(
    (SELECT s.position FROM search_assessments s
     WHERE s.position >= (r.number << 46) | (5 << 43) | (min(max(a.created_at, 0), 4294967295) << 11)
       AND s.position <= (r.number << 46) | (5 << 43) | (min(max(a.created_at, 0), 4294967295) << 11) | 2047
       AND s.id = a.id),
    (SELECT s.position FROM search_assessments s
     WHERE s.position >= (r.number << 46) | (5 << 43) AND s.position < (r.number << 46) | (6 << 43)
       AND s.id = a.id)
  ) AS position
FROM assessments a
JOIN vendors v ON v.org_id = a.org_id AND v.id = a.vendor_id
JOIN search_ranges r ON r.org_id = a.org_id;

CREATE TRIGGER assessments_search_update
AFTER UPDATE OF name, vendor_id ON assessments
WHEN NEW.name IS NOT OLD.name OR NEW.vendor_id IS NOT OLD.vendor_id
BEGIN
  INSERT INTO search_words (position, words)
  SELECT position, words FROM search_assessment_words
    WHERE org_id = NEW.org_id AND id = NEW.id;
END;

CREATE TRIGGER vendors_search_insert
AFTER INSERT ON vendors
BEGIN
  INSERT INTO search_choice (org_id, kind, id, words)
    VALUES (NEW.org_id, 1, NEW.id, iif(NEW.is_archived, NULL, NEW.name));
END;

CREATE TRIGGER vendors_search_update
AFTER UPDATE OF name, is_archived ON vendors
WHEN (NEW.name, NEW.is_archived) IS NOT (OLD.name, OLD.is_archived)
BEGIN
  INSERT INTO search_choice (org_id, kind, id, words)
    VALUES (NEW.org_id, 1, NEW.id, iif(NEW.is_archived, NULL, NEW.name));
END;

CREATE TRIGGER vendors_search_rename
AFTER UPDATE OF name ON vendors
WHEN NEW.name IS NOT OLD.name
BEGIN
  INSERT INTO search_words (position, words)
  SELECT position, words FROM search_assessment_words
    WHERE org_id = NEW.org_id AND vendor_id = NEW.id;
END;

CREATE TRIGGER control_sets_search_insert
AFTER INSERT ON control_sets
BEGIN
  INSERT INTO search_choice (org_id, kind, id, words)
    VALUES (NEW.org_id, 2, NEW.id, iif(NEW.is_archived, NULL, NEW.name));
END;

CREATE TRIGGER control_sets_search_update
AFTER UPDATE OF name, is_archived ON control_sets
WHEN (NEW.name, NEW.is_archived) IS NOT (OLD.name, OLD.is_archived)
BEGIN
  INSERT INTO search_choice (org_id, kind, id, words)
    VALUES (NEW.org_id, 2, NEW.id, iif(NEW.is_archived, NULL, NEW.name));
END;

CREATE TRIGGER users_search_insert
AFTER INSERT ON users
BEGIN
  INSERT INTO search_choice (org_id, kind, id, words) VALUES (
    NEW.org_id, 3, NEW.id,
    iif(NEW.is_archived = 0 AND NEW.membership IN ('invited', 'active'),
      NEW.name || ' ' || NEW.email, NULL));
END;

CREATE TRIGGER users_search_update
AFTER UPDATE OF name, email, membership, is_archived ON users
WHEN (NEW.name, NEW.email, NEW.membership, NEW.is_archived)
  IS NOT (OLD.name, OLD.email, OLD.membership, OLD.is_archived)
BEGIN
  INSERT INTO search_choice (org_id, kind, id, words) VALUES (
    NEW.org_id, 3, NEW.id,
    iif(NEW.is_archived = 0 AND NEW.membership IN ('invited', 'active'),
      NEW.name || ' ' || NEW.email, NULL));
END;

CREATE TRIGGER workflow_definitions_search_insert
AFTER INSERT ON workflow_definitions
BEGIN
  INSERT INTO search_choice (org_id, kind, id, words)
    VALUES (NEW.org_id, 4, NEW.id, iif(NEW.is_archived, NULL, NEW.name));
END;

CREATE TRIGGER workflow_definitions_search_update
AFTER UPDATE OF name, is_archived ON workflow_definitions
WHEN (NEW.name, NEW.is_archived) IS NOT (OLD.name, OLD.is_archived)
BEGIN
  INSERT INTO search_choice (org_id, kind, id, words)
    VALUES (NEW.org_id, 4, NEW.id, iif(NEW.is_archived, NULL, NEW.name));
END;
