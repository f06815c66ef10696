//! Lists of what there is to choose from: vendors, control sets, users, workflows. A page
//! is one batch, the caller's standing and the items each a statement: put into one for
//! every way in which a caller is known, each list would be there three times.

use assessments::route::Endpoint;
use serde_json::value::RawValue;

use super::database::{Databases, Parameter, StorageError, id, text};
use super::standing;
use crate::caller::{Caller, Standing};
use crate::decide::cursor::Cursor;
use crate::decide::query::ListQuery;

/// Behind every position of the index.
const LAST_POSITION: &str = "9223372036854775807";

/// Matches of the longest word that are looked at for a page: each is read once, and for each
/// other word twice, of which there are four.
const LOOKED_AT: u32 = 150;

/// A page by name in small letters: `?1` is the organization, `?2` and `?3` are name and id of the last item
/// of the page before, `?4` is how many items are wanted. No name is empty.
macro_rules! by_name {
    ($table:expr, $is_offered:expr, $item:expr) => {
        concat!(
            "SELECT page.at AS at, page.id AS id, ",
            $item,
            " AS json
FROM (
    SELECT id, name_order AS at FROM ",
            $table,
            " INDEXED BY ",
            $table,
            "_by_name
    WHERE org_id = ?1 AND ",
            $is_offered,
            " AND (name_order, id) > (?2, ?3)
    ORDER BY name_order, id LIMIT ?4) page
CROSS JOIN ",
            $table,
            " t ON t.org_id = ?1 AND t.id = page.id"
        )
    };
}

/// Whether the row `s` of the index has every word of a list, which is a parameter. Each is
/// looked for in this row alone: if the index were asked for several words at once, it would
/// look for where they meet among everyone's.
macro_rules! has_words {
    ($words:expr) => {
        concat!(
            "NOT EXISTS (
    SELECT 1 FROM json_each(coalesce(",
            $words,
            ", '[]')) j
    WHERE NOT EXISTS (
        SELECT 1 FROM search_index w WHERE w.words MATCH j.value AND w.rowid = s.rowid))"
        )
    };
}
pub(super) use has_words;

/// A page of what `?5` finds and has the words `?6`, the newest first: `?2` is the position of
/// the last item of the page before. So many rows are looked at as `?7` says; if there may be
/// more that are wanted, the last row tells how far that was, and has no item. The organization's things of one kind have a range of positions of
/// their own, and nothing else of the index is read.
macro_rules! by_words {
    ($table:expr, $kind:expr, $item:expr) => {
        concat!(
            "WITH walk AS MATERIALIZED (
SELECT s.rowid AS at, ",
            has_words!("?6"),
            " AS is_wanted
FROM search_index s
WHERE s.words MATCH ?5
  AND s.rowid > (SELECT (number << 46) | (",
            $kind,
            " << 43) FROM search_ranges WHERE org_id = ?1)
  AND s.rowid < (
    SELECT min(CAST(?2 AS INTEGER), (number << 46) | ((",
            $kind,
            " + 1) << 43)) FROM search_ranges WHERE org_id = ?1)
  AND ?3 = ''
ORDER BY s.rowid DESC LIMIT ?7),
page AS MATERIALIZED (SELECT at FROM walk WHERE is_wanted ORDER BY at DESC LIMIT ?4)
SELECT * FROM (
SELECT CAST(page.at AS TEXT) AS at, '' AS id, ",
            $item,
            " AS json
FROM page
CROSS JOIN search_choices c ON c.position = page.at
CROSS JOIN ",
            $table,
            " t ON t.org_id = ?1 AND t.id = c.id
ORDER BY page.at DESC)
UNION ALL
SELECT * FROM (
SELECT CAST(min(at) AS TEXT) AS at, '' AS id, 'null' AS json FROM walk
HAVING count(*) = ?7 AND (SELECT count(*) FROM page) < ?4)"
        )
    };
}

/// What is listed of a vendor.
macro_rules! vendor_item {
    () => {
        "json_object(
    'id', t.id, 'name', t.name, 'last_assessment', (
        SELECT json_object('id', a.id, 'status', a.status, 'created_at', a.created_at)
        FROM assessments a WHERE a.org_id = ?1 AND a.vendor_id = t.id
        ORDER BY a.created_at DESC, a.id DESC LIMIT 1))"
    };
}

/// Of a control set.
macro_rules! control_set_item {
    () => {
        "json_object('id', t.id, 'name', t.name)"
    };
}

/// Of a user.
macro_rules! user_item {
    () => {
        "json_object('id', t.id, 'name', t.name, 'email', t.email)"
    };
}

/// Of a workflow, whose runs have the steps of its latest version.
macro_rules! workflow_item {
    () => {
        "json_object(
    'id', t.id, 'name', t.name, 'is_enabled', json(iif(t.is_enabled, 'true', 'false')),
    'steps', coalesce((
        SELECT json_array_length(v.components) FROM workflow_versions v
        WHERE v.org_id = ?1 AND v.definition_id = t.id ORDER BY v.version DESC LIMIT 1), 0))"
    };
}

/// The statements of one list.
struct Choices {
    by_name: &'static str,
    by_words: &'static str,
}

const VENDORS: Choices = Choices {
    by_name: by_name!("vendors", "is_archived = 0", vendor_item!()),
    by_words: by_words!("vendors", "1", vendor_item!()),
};

const CONTROL_SETS: Choices = Choices {
    by_name: by_name!("control_sets", "is_archived = 0", control_set_item!()),
    by_words: by_words!("control_sets", "2", control_set_item!()),
};

const USERS: Choices = Choices {
    by_name: by_name!(
        "users",
        "is_archived = 0 AND membership IN ('invited', 'active')",
        user_item!()
    ),
    by_words: by_words!("users", "3", user_item!()),
};

const WORKFLOWS: Choices = Choices {
    by_name: by_name!("workflow_definitions", "is_archived = 0", workflow_item!()),
    by_words: by_words!("workflow_definitions", "4", workflow_item!()),
};

/// The list that an endpoint answers, if it is one of what there is to choose from.
const fn choices(endpoint: Endpoint) -> Option<Choices> {
    Some(match endpoint {
        Endpoint::ListVendors => VENDORS,
        Endpoint::ListControlSets => CONTROL_SETS,
        Endpoint::ListUsers => USERS,
        Endpoint::ListWorkflows => WORKFLOWS,
        _ => return None,
    })
}

/// Items in their order, as they are answered, and where the next page begins, if there is
/// one. A statement makes an item just as it is shown; to take it apart and put it together
/// again for each kind of list would be six kilobytes more of the Worker.
pub(crate) struct Page {
    pub(crate) items: Vec<Box<RawValue>>,
    pub(crate) next: Option<Cursor>,
}

/// The caller's standing, and a page of the endpoint's list.
pub(crate) async fn page(
    databases: &Databases,
    caller: &Caller,
    endpoint: Endpoint,
    query: &ListQuery,
) -> Result<(Option<Standing>, Page), StorageError> {
    let database = databases.of(&caller.org)?;
    let choices = choices(endpoint).ok_or(StorageError::Missing {
        operation: "list choices",
    })?;
    let limit = usize::try_from(query.limit).unwrap_or_default();
    let (sql, beginning) = match query.search {
        Some(_) => (choices.by_words, LAST_POSITION),
        None => (choices.by_name, ""),
    };
    let cursor = query.cursor.as_ref();
    let mut values = vec![
        id(&caller.org),
        text(cursor.map_or(beginning, |cursor| &cursor.at)),
        text(cursor.map_or("", |cursor| &cursor.id)),
        // One more tells whether there are more.
        Parameter::from(query.limit + 1),
    ];
    if let Some(search) = &query.search {
        let others = search.others_as_json();
        values.push(text(&search.expression));
        values.push(others.as_deref().map_or(Parameter::Null, text));
        values.push(Parameter::from(LOOKED_AT));
    }
    let statements = vec![
        standing::select(&database, caller),
        database.statement(sql, &values),
    ];
    let mut rows = database.batch("list choices", statements).await?;
    let standing = standing::next(&mut rows)?;
    let mut found = rows.all_placed()?;
    // A row that has no item tells how far the walk went.
    let walked_to = found.pop_if(|(_, item)| item.get() == "null");
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found
        .last()
        .filter(|_| has_more)
        .or(walked_to.as_ref())
        .map(|(place, _)| place.clone());
    Ok((
        standing,
        Page {
            items: found.into_iter().map(|(_, item)| item).collect(),
            next,
        },
    ))
}
