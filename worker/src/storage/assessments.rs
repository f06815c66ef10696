//! Lists of assessments. Whatever is asked for, a page reads a bounded number of rows: it
//! walks along one index that begins with the organization, looks at so many rows and no
//! more, and ends early if too few of them are wanted. As in `choices`, the standing is a
//! statement of its own in the batch.

use assessments::assessment::Status;
use assessments::dashboard::ListedAssessment;
use assessments::limits::MAX_LIST_ENTRIES;
use assessments::query::{MAX_LIMIT, Sort};
use assessments::stored::StoredId;
use serde::Deserialize;
use serde_json::value::to_raw_value;

use super::choices::{Page, has_words};
use super::database::{Database, Databases, Parameter, Statement, StorageError, id, text};
use super::standing;
use crate::caller::{Caller, Standing};
use crate::decide::cursor::Cursor;
use crate::decide::query::ListQuery;
use crate::decide::search::Search;

/// Rows that a page may read (15).
const MAX_ROWS: u32 = 2_000;
/// Rows of the index that are looked at for a page, if some may not be wanted. Each is read
/// in the index and in the table, and once more if the page ends there; one that a search
/// finds is in four places, and each further word is looked up and looked for in it.
const WALK: u32 = 280;
const SEARCH_ROWS: u32 = 800;
/// Rows that an item costs besides those of its lists, and that a page costs at any rate.
const ROWS_OF_ITEM: u32 = 9;
const ROWS_OF_PAGE: u32 = 20;
// Whatever is walked over, the lists of an assessment that has as many entries as a create
// takes are read whole.
const _: () = assert!(
    (MAX_ROWS - ROWS_OF_PAGE - 3 * WALK - ROWS_OF_ITEM * (MAX_LIMIT + 1)) / 2
        > MAX_LIST_ENTRIES as u32
);
/// Before and behind every time and every position.
const FIRST: &str = "-9223372036854775808";
const LAST: &str = "9223372036854775807";

/// Whether a row is wanted: `?2` says whether it is to be archived, `?7` to `?9` are
/// status, vendor and assignee, `?12` is the beginning of its id.
macro_rules! is_wanted {
    () => {
        "(a.archived_at IS NOT NULL) = ?2
        AND (?7 IS NULL OR a.status = ?7) AND (?8 IS NULL OR a.vendor_id = ?8)
        AND (?9 IS NULL OR a.assignee_id = ?9)
        AND (?12 IS NULL OR substr(a.id, 1, length(?12)) = ?12)"
    };
}

/// A walk: columns, then rows of an index behind the place `?3`, `?4`, in its order.
macro_rules! walk {
    ($columns:expr, $index:expr, $range:expr, $by:expr, $behind:expr, $direction:expr) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM assessments a INDEXED BY ",
            $index,
            "
    WHERE a.org_id = ?1 AND ",
            $range,
            " AND (a.",
            $by,
            ", a.id) ",
            $behind,
            " (CAST(?3 AS INTEGER), ?4)
    ORDER BY a.",
            $by,
            $direction,
            ", a.id",
            $direction
        )
    };
}

/// What `?11` finds in the organization's range of the index, the newest first.
macro_rules! found {
    ($columns:expr, $joins:expr) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM search_index s",
            $joins,
            "
    WHERE s.words MATCH ?11
      AND s.rowid >= (SELECT (number << 46) | (5 << 43) FROM search_ranges WHERE org_id = ?1)
      AND s.rowid < (
        SELECT min(CAST(?3 AS INTEGER), (number << 46) | (6 << 43))
        FROM search_ranges WHERE org_id = ?1)
      AND ?4 = ''
    ORDER BY s.rowid DESC"
        )
    };
}

/// A page along a walk: `?5` is how many items are wanted, `?6` how many rows are looked
/// at, `?10` how many entries of lists of each kind are read. If the walk ended before the
/// page was full, `walked_to` is where. The lists are read along their primary keys, which
/// have them in order.
macro_rules! page_of {
    ($walk:expr, $edge:expr) => {
        concat!(
            "SELECT (
WITH page AS MATERIALIZED (
    SELECT id, at FROM (",
            $walk,
            " LIMIT ?6) WHERE is_wanted LIMIT ?5)
SELECT json_object(
    'items', (
        SELECT json_group_array(json_object(
            'at', CAST(page.at AS TEXT),
            'item', json_object(
                'id', t.id, 'vendor_id', t.vendor_id,
                'vendor_name', (SELECT name FROM vendors WHERE org_id = ?1 AND id = t.vendor_id),
                'name', t.name, 'status', t.status,
                'control_set_ids', json('[]'), 'service_ids', json('[]'),
                'assignee_id', t.assignee_id,
                'assignee_name', (SELECT name FROM users WHERE org_id = ?1 AND id = t.assignee_id),
                'score_percent', t.score_percent,
                'findings_count',
                    min(max(coalesce(t.findings_count_at_archive, t.open_findings), 0), 4294967295),
                'initiated_at', t.initiated_at, 'created_at', t.created_at,
                'updated_at', t.updated_at,
                'workflow_run_id', (
                    SELECT r.id FROM workflow_runs r INDEXED BY workflow_runs_by_assessment
                    WHERE r.org_id = ?1 AND r.assessment_id = t.id
                    ORDER BY r.started_at DESC, r.id DESC LIMIT 1),
                'is_archived', json(iif(t.archived_at IS NULL, 'false', 'true')))))
        FROM page CROSS JOIN assessments t ON t.org_id = ?1 AND t.id = page.id),
    'control_sets', (
        SELECT json_group_array(json_array(assessment_id, control_set_id)) FROM (
            SELECT l.assessment_id, l.control_set_id
            FROM page CROSS JOIN assessment_control_sets l
                INDEXED BY sqlite_autoindex_assessment_control_sets_1 ON l.org_id = ?1 AND l.assessment_id = page.id
            LIMIT ?10)),
    'services', (
        SELECT json_group_array(json_array(assessment_id, service_id)) FROM (
            SELECT l.assessment_id, l.service_id
            FROM page CROSS JOIN assessment_services l
                INDEXED BY sqlite_autoindex_assessment_services_1 ON l.org_id = ?1 AND l.assessment_id = page.id
            LIMIT ?10)),
    'walked_to', (
        SELECT json_array(at, id) FROM (",
            $edge,
            " LIMIT 1 OFFSET ?6 - 1)
        WHERE (SELECT count(*) FROM page) < ?5))) AS json"
        )
    };
}

/// A page along an index of assessments.
macro_rules! page_along {
    ($index:expr, $range:expr, $by:expr, $behind:expr, $direction:expr) => {
        page_of!(
            walk!(
                concat!("a.id, a.", $by, " AS at, ", is_wanted!(), " AS is_wanted"),
                $index,
                $range,
                $by,
                $behind,
                $direction
            ),
            walk!(
                concat!("CAST(a.", $by, " AS TEXT) AS at, a.id"),
                $index,
                $range,
                $by,
                $behind,
                $direction
            )
        )
    };
}

/// The same list in both directions: the latest first, and last.
struct Directions {
    latest_first: &'static str,
    latest_last: &'static str,
}

macro_rules! latest_first {
    ($index:expr, $range:expr, $by:expr) => {
        page_along!($index, $range, $by, "<", " DESC")
    };
}

macro_rules! latest_last {
    ($index:expr, $range:expr, $by:expr) => {
        page_along!($index, $range, $by, ">", "")
    };
}

const ALL: Directions = Directions {
    latest_first: latest_first!(
        "assessments_by_creation",
        "(a.archived_at IS NOT NULL) = ?2",
        "created_at"
    ),
    latest_last: latest_last!(
        "assessments_by_creation",
        "(a.archived_at IS NOT NULL) = ?2",
        "created_at"
    ),
};

const BY_UPDATE: Directions = Directions {
    latest_first: latest_first!(
        "assessments_by_update",
        "(a.archived_at IS NOT NULL) = ?2",
        "updated_at"
    ),
    latest_last: latest_last!(
        "assessments_by_update",
        "(a.archived_at IS NOT NULL) = ?2",
        "updated_at"
    ),
};

const OF_STATUS: Directions = Directions {
    latest_first: latest_first!(
        "assessments_by_status",
        "(a.archived_at IS NOT NULL) = ?2 AND a.status = ?7",
        "created_at"
    ),
    latest_last: latest_last!(
        "assessments_by_status",
        "(a.archived_at IS NOT NULL) = ?2 AND a.status = ?7",
        "created_at"
    ),
};

const OF_VENDOR: Directions = Directions {
    latest_first: latest_first!("assessments_by_vendor", "a.vendor_id = ?8", "created_at"),
    latest_last: latest_last!("assessments_by_vendor", "a.vendor_id = ?8", "created_at"),
};

const OF_ASSIGNEE: Directions = Directions {
    latest_first: latest_first!(
        "assessments_by_assignee",
        "(a.archived_at IS NOT NULL) = ?2 AND a.assignee_id = ?9",
        "created_at"
    ),
    latest_last: latest_last!(
        "assessments_by_assignee",
        "(a.archived_at IS NOT NULL) = ?2 AND a.assignee_id = ?9",
        "created_at"
    ),
};

const FOUND: &str = page_of!(
    found!(
        concat!(
            "d.id, s.rowid AS at, ",
            is_wanted!(),
            " AND ",
            has_words!("?13"),
            " AS is_wanted"
        ),
        "
    CROSS JOIN search_assessments d ON d.position = s.rowid
    CROSS JOIN assessments a ON a.org_id = ?1 AND a.id = d.id"
    ),
    found!("CAST(s.rowid AS TEXT) AS at, '' AS id", "")
);

/// How a page is read.
struct Plan {
    sql: &'static str,
    /// Before the first place.
    beginning: &'static str,
    /// Rows that are looked at.
    walk: u32,
    /// Rows that one that is looked at costs.
    rows_of_step: u32,
}

/// The index that leads to the fewest rows that are not wanted.
fn plan(query: &ListQuery) -> Plan {
    if let Some(search) = &query.search {
        return Plan {
            sql: FOUND,
            beginning: LAST,
            walk: SEARCH_ROWS / rows_of_found(search),
            rows_of_step: rows_of_found(search),
        };
    }
    let is_by_creation = matches!(query.sort, Sort::CreatedLast | Sort::CreatedFirst);
    // Of a vendor the archived ones are in the index as well.
    let (directions, filters) = match (&query.vendor, &query.assignee, query.status) {
        _ if !is_by_creation => (BY_UPDATE, 0),
        (Some(_), ..) => (OF_VENDOR, 0),
        (None, Some(_), _) => (OF_ASSIGNEE, 1),
        (None, None, Some(_)) => (OF_STATUS, 1),
        (None, None, None) => (ALL, 0),
    };
    let asked = [
        query.vendor.is_some(),
        query.assignee.is_some(),
        query.status.is_some(),
    ];
    let asked = asked.into_iter().filter(|is_asked| *is_asked).count();
    let (sql, beginning) = match query.sort {
        Sort::CreatedLast | Sort::UpdatedLast => (directions.latest_first, LAST),
        Sort::CreatedFirst | Sort::UpdatedFirst => (directions.latest_last, FIRST),
    };
    Plan {
        sql,
        beginning,
        // Where every row is wanted, no more are looked at.
        walk: if asked == filters {
            query.limit + 1
        } else {
            WALK
        },
        rows_of_step: 3,
    }
}

/// What a statement finds.
#[derive(Deserialize)]
struct Found {
    items: Vec<Placed>,
    /// Assessment and entry, in the order of the items.
    control_sets: Vec<(StoredId, StoredId)>,
    services: Vec<(StoredId, StoredId)>,
    walked_to: Option<(String, String)>,
}

#[derive(Deserialize)]
struct Placed {
    at: String,
    item: ListedAssessment,
}

/// The caller's standing, and a page of assessments.
pub(crate) async fn page(
    databases: &Databases,
    caller: &Caller,
    query: &ListQuery,
) -> Result<(Option<Standing>, Page), StorageError> {
    let database = databases.of(&caller.org)?;
    let plan = plan(query);
    let entries = entries(query, &plan);
    let statements = vec![
        standing::select(&database, caller),
        statement(&database, caller, query, &plan, entries),
    ];
    let mut rows = database.batch("list assessments", statements).await?;
    let standing = standing::next(&mut rows)?;
    let found = rows.next_value::<Found>()?.ok_or(StorageError::Missing {
        operation: "list assessments",
    })?;
    let limit = usize::try_from(query.limit).unwrap_or_default();
    let entries = usize::try_from(entries).unwrap_or_default();
    let page = found.into_page(limit, entries, query.search.is_some());
    let page = page.map_err(|error| StorageError::failed("list assessments", &error))?;
    Ok((standing, page))
}

/// Entries of lists of each kind that the rest of the rows suffices for.
const fn entries(query: &ListQuery, plan: &Plan) -> u32 {
    let taken = ROWS_OF_PAGE + plan.rows_of_step * plan.walk + ROWS_OF_ITEM * (query.limit + 1);
    MAX_ROWS.saturating_sub(taken) / 2
}

fn statement(
    database: &Database,
    caller: &Caller,
    query: &ListQuery,
    plan: &Plan,
    entries: u32,
) -> Statement {
    let optional = |value: Option<&str>| value.map_or(Parameter::Null, text);
    let cursor = query.cursor.as_ref();
    let search = query.search.as_ref();
    let mut values = vec![
        id(&caller.org),
        Parameter::from(u32::from(query.is_archived)),
        text(cursor.map_or(plan.beginning, |cursor| &cursor.at)),
        text(cursor.map_or("", |cursor| &cursor.id)),
        // One more tells whether there are more.
        Parameter::from(query.limit + 1),
        Parameter::from(plan.walk),
        optional(query.status.map(Status::as_str)),
        optional(query.vendor.as_deref()),
        optional(query.assignee.as_deref()),
        Parameter::from(entries),
        optional(search.map(|search| search.expression.as_str())),
        optional(search.and_then(|search| search.id_prefix.as_deref())),
    ];
    // No other statement takes it.
    if let Some(search) = search {
        values.push(optional(search.others_as_json().as_deref()));
    }
    database.statement(plan.sql, &values)
}

/// Rows that one costs that a search finds.
fn rows_of_found(search: &Search) -> u32 {
    4 + 2 * u32::try_from(search.others.len()).unwrap_or_default()
}

impl Found {
    /// Gives the items their lists, and finds where the next page begins.
    fn into_page(self, limit: usize, entries: usize, is_search: bool) -> serde_json::Result<Page> {
        let mut items = self.items;
        let has_more = items.len() > limit;
        items.truncate(limit);
        let mut whole = items.len();
        for (list, of) in [
            (
                self.control_sets,
                (|item| &mut item.control_set_ids) as ListOf,
            ),
            (self.services, |item| &mut item.service_ids),
        ] {
            let is_cut = list.len() >= entries;
            let mut at = 0;
            for (assessment, entry) in list {
                let rest = items.get_mut(at..).unwrap_or_default();
                // What is behind the last item is of the one more.
                let Some(ahead) = rest.iter().position(|one| one.item.id == assessment) else {
                    break;
                };
                at += ahead;
                if let Some(placed) = items.get_mut(at) {
                    of(&mut placed.item).push(entry);
                }
            }
            if is_cut {
                whole = whole.min(at);
            }
        }
        // An item with more entries than a page may read could never be whole.
        let shown = whole.max(1).min(items.len());
        let is_cut = shown < items.len();
        items.truncate(shown);
        let place = |placed: &Placed| {
            let id = if is_search {
                ""
            } else {
                placed.item.id.as_str()
            };
            Cursor::new(placed.at.clone(), id.to_owned())
        };
        let next = if has_more || is_cut {
            items.last().map(place)
        } else {
            self.walked_to.map(|(at, id)| Cursor::new(at, id))
        };
        let items = items.iter().map(|placed| to_raw_value(&placed.item));
        Ok(Page {
            items: items.collect::<serde_json::Result<_>>()?,
            next,
        })
    }
}

/// One of the lists of an item.
type ListOf = fn(&mut ListedAssessment) -> &mut Vec<StoredId>;
