//! Writing many rows with few statements: rows travel as JSON literals that
//! SQLite unpacks.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::database::sql::quoted;

/// Bytes of rows in one statement, as far as whole rows allow.
const CHUNK_BYTES: usize = 60_000;
/// Bytes of a statement that D1 takes.
pub(super) const MAX_STATEMENT_BYTES: usize = 100_000;

/// A table and how its rows are written.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) key: &'static [&'static str],
    pub(super) columns: &'static [&'static str],
    /// Those of the columns that a file need not state, and what they are in a row
    /// that is not there yet, in SQL. In one that is there they stay as they are.
    pub(super) defaults: &'static [(&'static str, &'static str)],
    pub(super) on_conflict: OnConflict,
}

/// What stands in a row for a value that the file does not state: no column holds
/// an object.
pub(super) fn unstated() -> Value {
    json!({})
}

/// What happens to a row that is there already.
pub(super) enum OnConflict {
    /// It becomes what the file says, if it is not so already.
    Update,
    /// It stays as it is.
    Keep,
    /// It stays as it is, like everything that belongs to an assessment which
    /// is there already. The first columns are the organization and the
    /// assessment.
    OfNewAssessments,
}

impl Table {
    /// Statements that write `rows`, each an array of the key's columns and
    /// then the others.
    pub(super) fn load(&self, rows: &[Value]) -> Vec<String> {
        for_rows(rows, |rows| self.statement(rows))
    }

    fn statement(&self, rows: &str) -> String {
        let all: Vec<&str> = self.key.iter().chain(self.columns).copied().collect();
        let values: Vec<String> = all
            .iter()
            .enumerate()
            .map(|(index, column)| self.value(index, column))
            .collect();
        let of_key: Vec<String> = self
            .key
            .iter()
            .enumerate()
            .map(|(index, column)| format!("was.{column} = f.value ->> {index}"))
            .collect();
        let join = if self.defaults.is_empty() {
            String::new()
        } else {
            format!(" LEFT JOIN {} was ON {}", self.name, of_key.join(" AND "))
        };
        let filter = match self.on_conflict {
            OnConflict::Update | OnConflict::Keep => "true",
            OnConflict::OfNewAssessments => {
                "NOT EXISTS (SELECT 1 FROM assessments WHERE org_id = f.value ->> 0 AND id = f.value ->> 1)"
            }
        };
        let mut sql = format!(
            "INSERT INTO {} ({}) SELECT {} FROM json_each({rows}) f{join} WHERE {filter} ON CONFLICT ({}) DO ",
            self.name,
            all.join(", "),
            values.join(", "),
            self.key.join(", "),
        );
        let each = |column: fn(&Self, &str) -> String| {
            let columns: Vec<String> = self.columns.iter().map(|name| column(self, name)).collect();
            columns.join(", ")
        };
        // Writing to a string cannot fail.
        let _ = match self.on_conflict {
            OnConflict::Update => write!(
                sql,
                "UPDATE SET {} WHERE ({}) IS NOT ({});",
                each(|_, name| format!("{name} = excluded.{name}")),
                each(|table, name| format!("{}.{name}", table.name)),
                each(|_, name| format!("excluded.{name}")),
            ),
            OnConflict::Keep | OnConflict::OfNewAssessments => write!(sql, "NOTHING;"),
        };
        sql
    }

    /// What a column is to be, in SQL.
    fn value(&self, index: usize, column: &str) -> String {
        let stated = format!("f.value ->> {index}");
        match self.defaults.iter().find(|(name, _)| *name == column) {
            None => stated,
            Some((_, default)) => format!(
                "iif(json_type(f.value, '$[{index}]') = 'object', coalesce(was.{column}, {default}), {stated})"
            ),
        }
    }
}

/// Statements for all rows, each made by `statement` from a literal that holds
/// as many rows as fit.
pub(super) fn for_rows(rows: &[Value], statement: impl Fn(&str) -> String) -> Vec<String> {
    let mut chunks: Vec<String> = Vec::new();
    for row in rows {
        let row = quoted(&row.to_string());
        match chunks.last_mut() {
            Some(chunk) if chunk.len() + row.len() < CHUNK_BYTES => {
                chunk.push(',');
                chunk.push_str(&row);
            }
            _ => chunks.push(row),
        }
    }
    chunks
        .iter()
        .map(|rows| statement(&format!("'[{rows}]'")))
        .collect()
}
