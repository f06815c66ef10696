//! The databases of a deployment, and how they are asked.

use std::rc::Rc;

use assessments::id::{Id, Kind, OrganizationId};
use assessments::time::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use worker::Env;

use crate::caller::Standing;
use crate::decide::cursor::Cursor;
use crate::health;
use crate::platform::clock;
use crate::platform::context::Context;
use crate::platform::d1_binding::{BatchError, Binding, Meta, Outcome};
pub(super) use crate::platform::d1_binding::{Parameter, Statement};
use crate::platform::log;
use crate::platform::trace::Usage;

/// The binding of the one database there is today.
const BINDING: &str = "DB";
/// Longest wait for one batch, in milliseconds. A write that takes longer may
/// still commit; with an idempotency key the caller's retry finds out.
const TIMEOUT_MILLISECONDS: u32 = 10_000;
/// How SQLite names a violated constraint or a failed guard in an error's text.
const CONSTRAINT: &str = "SQLITE_CONSTRAINT";

/// Why storage did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StorageError {
    /// A constraint or a guard failed; nothing was written.
    #[error("{operation}: constraint: {cause}")]
    Constraint {
        operation: &'static str,
        cause: String,
    },
    /// D1 failed, or is not bound.
    #[error("{operation}: {cause}")]
    Failed {
        operation: &'static str,
        cause: String,
    },
    /// D1 did not answer in time.
    #[error("{operation}: no answer in {TIMEOUT_MILLISECONDS} ms")]
    TimedOut { operation: &'static str },
    /// What must be there is not.
    #[error("{operation}: not there")]
    Missing { operation: &'static str },
    /// Every attempt to write found that the facts had changed.
    #[error("{operation}: the facts changed at every attempt")]
    Contended { operation: &'static str },
    /// What D1 answered is not what the query selects.
    #[error("{operation}: unexpected rows: {cause}")]
    Unexpected {
        operation: &'static str,
        cause: String,
    },
}

impl StorageError {
    /// Something failed for `cause`.
    pub(crate) fn failed(operation: &'static str, cause: &impl ToString) -> Self {
        Self::Failed {
            operation,
            cause: cause.to_string(),
        }
    }
}

/// The databases of a deployment.
#[derive(Clone)]
pub(crate) struct Databases {
    env: Env,
    usage: Rc<Usage>,
}

impl Databases {
    /// For what happens without a request.
    pub(crate) fn new(env: &Env) -> Self {
        Self {
            env: env.clone(),
            usage: Rc::default(),
        }
    }

    /// For a request, which is told what they are asked.
    pub(crate) fn of_request(context: &Context) -> Self {
        Self {
            env: context.env().clone(),
            usage: Rc::clone(context.trace().usage()),
        }
    }

    /// The database that holds an organization: the only place that knows.
    pub(crate) fn of(&self, _org: &OrganizationId) -> Result<Database, StorageError> {
        self.bound()
    }

    /// Things of many organizations, together with the database that holds them.
    pub(crate) fn of_each<'a, T>(
        &self,
        things: &[&'a T],
        org: impl Fn(&T) -> &OrganizationId,
    ) -> Result<Vec<(Database, Vec<&'a T>)>, StorageError> {
        // Of the one database there is today, any of them tells.
        let Some(first) = things.first() else {
            return Ok(Vec::new());
        };
        Ok(vec![(self.of(org(first))?, things.to_vec())])
    }

    /// The database that finds the organization of a key.
    pub(crate) fn directory(&self) -> Result<Database, StorageError> {
        self.bound()
    }

    /// Every database, for work that is nobody's in particular.
    pub(crate) fn all(&self) -> Result<Vec<Database>, StorageError> {
        Ok(vec![self.bound()?])
    }

    /// Whether they answer at all.
    pub(crate) async fn probe(&self) -> Result<(), StorageError> {
        for database in self.all()? {
            let statement = database.statement("SELECT '1' AS json", &[]);
            let mut rows = database.batch("probe", vec![statement]).await?;
            rows.next_json()?
                .ok_or(StorageError::Missing { operation: "probe" })?;
        }
        Ok(())
    }

    fn bound(&self) -> Result<Database, StorageError> {
        let binding = Binding::of(&self.env, BINDING)
            .ok_or_else(|| StorageError::failed("bind DB", &"it is not bound"))?;
        Ok(Database {
            binding,
            usage: Rc::clone(&self.usage),
        })
    }
}

/// One D1 database.
pub(crate) struct Database {
    binding: Binding,
    usage: Rc<Usage>,
}

impl Database {
    /// A statement with its parameters, `?1` first.
    pub(super) fn statement(&self, sql: &'static str, values: &[Parameter]) -> Statement {
        Statement::new(sql, values.to_vec())
    }

    /// Runs statements in one transaction and one round trip.
    pub(super) async fn batch(
        &self,
        operation: &'static str,
        statements: Vec<Statement>,
    ) -> Result<Rows, StorageError> {
        let expected = statements.len();
        self.usage.add_trip();
        let begun = clock::milliseconds();
        let answer = self.binding.batch(&statements, TIMEOUT_MILLISECONDS);
        let outcomes = answer
            .await
            .map_err(|error| match error {
                BatchError::TimedOut => StorageError::TimedOut { operation },
                BatchError::Failed(cause) if cause.contains(CONSTRAINT) => {
                    StorageError::Constraint { operation, cause }
                }
                BatchError::Failed(cause) => StorageError::Failed { operation, cause },
            })
            .inspect_err(|error| {
                if !matches!(error, StorageError::Constraint { .. }) {
                    health::forget();
                }
            });
        self.usage.add_milliseconds(clock::elapsed_since(begun));
        let outcomes = outcomes?;
        if self.usage.counts_rows() {
            for (read, written) in outcomes.iter().filter_map(Outcome::meta).map(|m| m.rows()) {
                self.usage.add_rows(read, written);
            }
        }
        if outcomes.len() == expected {
            Ok(Rows {
                operation,
                outcomes: outcomes.into_iter(),
            })
        } else {
            Err(StorageError::Unexpected {
                operation,
                cause: format!("{} results of {expected} statements", outcomes.len()),
            })
        }
    }
}

/// The results of a batch, taken in the order of its statements.
pub(super) struct Rows {
    operation: &'static str,
    outcomes: std::vec::IntoIter<Outcome>,
}

impl Rows {
    /// The first row of the next statement, if it selected any.
    pub(super) fn next_row<T: DeserializeOwned>(&mut self) -> Result<Option<T>, StorageError> {
        let Some(outcome) = self.outcomes.next() else {
            return Ok(None);
        };
        let rows: Vec<T> = outcome.rows().map_err(|error| self.unexpected(&error))?;
        match rows.into_iter().next() {
            Some(row) => Ok(Some(row)),
            // No rows are believed only of what looks like a result otherwise.
            None => self.meta(&outcome).map(|_| None),
        }
    }

    /// The JSON text in column `json` of the first row of the next statement.
    pub(super) fn next_json(&mut self) -> Result<Option<String>, StorageError> {
        #[derive(serde::Deserialize)]
        struct Row {
            json: Option<String>,
        }
        Ok(self.next_row::<Row>()?.and_then(|row| row.json))
    }

    /// The value in column `json` of the first row of the next statement.
    pub(super) fn next_value<T: DeserializeOwned>(&mut self) -> Result<Option<T>, StorageError> {
        self.next_json()?.map(|text| self.decode(&text)).transpose()
    }

    /// What a lookup found: the standing, and the value in column `json`, if there are.
    pub(super) fn next_with_standing<T: DeserializeOwned>(
        &mut self,
    ) -> Result<(Option<Standing>, Option<T>), StorageError> {
        #[derive(serde::Deserialize)]
        struct Row {
            standing: Option<String>,
            json: Option<String>,
        }
        let Some(Row { standing, json }) = self.next_row()? else {
            return Ok((None, None));
        };
        let standing = standing.map(|text| self.decode(&text)).transpose()?;
        let value = json.map(|text| self.decode(&text)).transpose()?;
        Ok((standing, value))
    }

    /// The values in column `json` of every row of the next statement. One that
    /// cannot be read must not keep the others from being.
    pub(super) fn all_values<T: DeserializeOwned>(&mut self) -> Result<Vec<T>, StorageError> {
        #[derive(serde::Deserialize)]
        struct Row {
            json: String,
        }
        let Some(outcome) = self.outcomes.next() else {
            return Ok(Vec::new());
        };
        let rows: Vec<Row> = outcome.rows().map_err(|error| self.unexpected(&error))?;
        let values = rows.iter().map(|row| self.decode(&row.json));
        Ok(values
            .filter_map(|value| {
                value
                    .inspect_err(|error| log::error("row_unreadable").cause(error).write())
                    .ok()
            })
            .collect())
    }

    /// Every row of the next statement: its place in an order, in the columns `at` and
    /// `id`, and the value in column `json`.
    pub(super) fn all_placed(&mut self) -> Result<Vec<(Cursor, Box<RawValue>)>, StorageError> {
        #[derive(serde::Deserialize)]
        struct Row {
            at: String,
            id: String,
            json: String,
        }
        let Some(outcome) = self.outcomes.next() else {
            return Ok(Vec::new());
        };
        let rows: Vec<Row> = outcome.rows().map_err(|error| self.unexpected(&error))?;
        if rows.is_empty() {
            // No rows are believed only of what looks like a result otherwise.
            self.meta(&outcome)?;
        }
        rows.into_iter()
            .map(|Row { at, id, json }| {
                let json = RawValue::from_string(json).map_err(|error| self.unexpected(&error))?;
                Ok((Cursor::new(at, id), json))
            })
            .collect()
    }

    /// Reads JSON that a query built.
    pub(super) fn decode<T: DeserializeOwned>(&self, text: &str) -> Result<T, StorageError> {
        serde_json::from_str(text).map_err(|error| self.unexpected(&error))
    }

    /// Passes over the results of statements that select nothing.
    pub(super) fn skip(&mut self, statements: usize) -> Result<(), StorageError> {
        for _ in 0..statements {
            self.next_changes()?;
        }
        Ok(())
    }

    /// Rows changed by the next statement.
    pub(super) fn next_changes(&mut self) -> Result<usize, StorageError> {
        match self.outcomes.next() {
            Some(outcome) => Ok(self.meta(&outcome)?.changes),
            None => Ok(0),
        }
    }

    fn meta(&self, outcome: &Outcome) -> Result<Meta, StorageError> {
        outcome
            .meta()
            .ok_or_else(|| self.unexpected(&"no meta data"))
    }

    fn unexpected(&self, cause: &impl ToString) -> StorageError {
        StorageError::Unexpected {
            operation: self.operation,
            cause: cause.to_string(),
        }
    }
}

pub(super) fn text(value: &str) -> Parameter {
    Parameter::Text(value.to_owned())
}

pub(super) fn id<K: Kind>(value: &Id<K>) -> Parameter {
    text(value.as_str())
}

pub(super) fn optional_id<K: Kind>(value: Option<&Id<K>>) -> Parameter {
    value.map(id).into()
}

pub(super) fn time(value: Timestamp) -> Parameter {
    Parameter::Integer(value.seconds())
}

/// The ids as a JSON array, for `json_each`: D1 binds at most 100 parameters.
pub(super) fn id_list<'a, K: Kind>(ids: impl IntoIterator<Item = &'a Id<K>>) -> Parameter {
    let ids: Vec<serde_json::Value> = ids
        .into_iter()
        .map(|id| serde_json::Value::from(id.as_str()))
        .collect();
    text(&serde_json::Value::from(ids).to_string())
}
