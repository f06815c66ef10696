//! What a create decides on: what D1 knows of the things that a request names.
//!
//! The text that D1 tells it as is remembered by the isolate: another create that names the
//! same things decides on that, and its write makes sure that it still holds.

use std::cell::RefCell;
use std::rc::Rc;

use assessments::columns::Membership;
use assessments::creation::References;
use assessments::id::Reference;
use assessments::request::CreateAssessment;
use assessments::time::Timestamp;
use serde::Deserialize;

use super::database::{
    Database, Parameter, Rows, Statement, StorageError, id, id_list, optional_id, text,
};
use super::idempotency::{self, Replay, Scope, live_key, of_live_key, replay};
use super::standing::{
    self, Lookup, key_standing, of_session, session_standing, with_key, with_session,
};
use crate::caller::{Caller, Standing};
use crate::platform::recent::Recent;

/// Whether the vendor ever had an assessment, archived ones included.
macro_rules! assessed_before {
    () => {
        "EXISTS (SELECT 1 FROM assessments WHERE org_id = ?1 AND vendor_id = ?8)"
    };
}

/// One JSON text of everything that a decision to create rests on, but for what its own
/// outcome changes. It is selected to decide, and in the write, to see that it is unchanged;
/// so every list has an order, that of the request (no other join than a CROSS JOIN
/// keeps it without sorting, of which each row would count as read), and of the
/// organization's runs it says only whether there are too many: their number changes
/// with every create.
macro_rules! references {
    () => {
        "json_object(
    'vendor', (
        SELECT json_object('id', id, 'name', name, 'risk_analyst_ids', json(risk_analyst_ids))
        FROM vendors WHERE org_id = ?1 AND id = ?8 AND is_archived = 0),
    'control_sets', (
        SELECT json_group_array(c.id) FROM json_each(?9) wanted
        CROSS JOIN control_sets c
        WHERE c.org_id = ?1 AND c.id = wanted.value AND c.is_archived = 0),
    'services', (
        SELECT json_group_array(json_object('id', s.id, 'vendor_id', s.vendor_id, 'name', s.name))
        FROM json_each(?10) wanted CROSS JOIN services s
        WHERE s.org_id = ?1 AND s.id = wanted.value AND s.is_archived = 0),
    'assignee', (
        SELECT id FROM users
        WHERE org_id = ?1 AND id = ?11 AND ?14 ->> membership AND is_archived = 0),
    'documents', (
        SELECT json_group_array(json_object('id', d.id, 'vendor_id', d.vendor_id))
        FROM json_each(?12) wanted CROSS JOIN vendor_documents d
        WHERE d.org_id = ?1 AND d.id = wanted.value AND d.is_archived = 0),
    'workflow', (
        SELECT json_object(
            'id', id, 'enabled', json(iif(is_enabled, 'true', 'false')),
            'version', (
                SELECT iif(components = '[]', NULL, version) FROM workflow_versions v
                WHERE v.org_id = ?1 AND v.definition_id = workflow_definitions.id
                ORDER BY version DESC LIMIT 1))
        FROM workflow_definitions WHERE org_id = ?1 AND name = ?13 AND is_archived = 0),
    'runs_exhausted', json(iif(
        ?13 IS NOT NULL AND EXISTS (
            SELECT 1 FROM organization_usage WHERE org_id = ?1 AND unfinished_runs >= ?15),
        'true', 'false')))"
    };
}

macro_rules! facts {
    () => {
        concat!(
            replay!("?16", "?17", "?18"),
            " AS replay, ",
            references!(),
            " AS facts, ",
            assessed_before!(),
            " AS assessed_before"
        )
    };
}

/// The stored answer to a key, and the facts.
const FACTS_AND_REPLAY: Lookup = Lookup {
    of_key: with_key!(facts!()),
    of_user: with_session!("id", facts!()),
    of_external_user: with_session!("external_id", facts!()),
};

/// Fails the batch unless everything is as it was, or the key has an answer already, which
/// then is the answer. Whoever was assessed before stays so: nobody deletes assessments.
const GUARD_REFERENCES: &str = concat!(
    "INSERT INTO guard (holds) VALUES (CASE WHEN ",
    live_key!("?4", "?5", "?6"),
    " THEN 1 ELSE ",
    references!(),
    " = ?2 AND (?3 OR NOT ",
    assessed_before!(),
    ") END)"
);

/// How long facts are remembered, in seconds. However old they are, a write on them makes
/// sure that they still hold; but then they are of little use.
const REMEMBERED_SECONDS: i64 = 10 * 60;
/// What is remembered at once: the facts of so many different requests.
const MAX_REMEMBERED: usize = 8_000;
/// Bytes that they may have. Those of a usual request have about 700.
const MAX_BYTES: usize = 8 << 20;

thread_local! {
    static FACTS: RefCell<Recent<Rc<ReferenceFacts>>> =
        RefCell::new(Recent::new(REMEMBERED_SECONDS, MAX_REMEMBERED, MAX_BYTES));
}

/// What D1 knows of the references, and the text it came as.
#[derive(Debug)]
pub(crate) struct ReferenceFacts {
    pub(crate) references: References,
    /// Whether the vendor ever had an assessment, archived ones included.
    pub(crate) assessed_before: bool,
    text: String,
}

/// What D1 is asked for a request.
#[derive(Debug)]
pub(crate) struct Question {
    /// `?1`, and `?8` to `?15`.
    values: [Parameter; 9],
}

impl Question {
    /// What a request needs to be known. An organization that has `max_unfinished_runs` or
    /// more may start no other.
    pub(crate) fn new(
        caller: &Caller,
        request: &CreateAssessment,
        max_unfinished_runs: u32,
    ) -> Self {
        let workflow = request.workflow().map(|name| text(name.as_str()));
        Self {
            values: [
                id(&caller.org),
                optional_id(request.vendor().id()),
                id_list(request.control_sets().iter().filter_map(Reference::id)),
                id_list(request.services().iter().filter_map(Reference::id)),
                optional_id(request.assignee().and_then(Reference::id)),
                id_list(request.documents().iter().filter_map(Reference::id)),
                workflow.into(),
                text(&assignable_memberships()),
                max_unfinished_runs.into(),
            ],
        }
    }

    /// The statement that fails a batch unless `facts` still hold, or the key has an
    /// answer.
    pub(super) fn guard(
        &self,
        database: &Database,
        facts: &ReferenceFacts,
        key: Option<&Scope<'_>>,
        now: Timestamp,
    ) -> Statement {
        let [org, own @ ..] = &self.values;
        let seen = [
            org.clone(),
            text(&facts.text),
            u32::from(facts.assessed_before).into(),
        ];
        let key = idempotency::live_key_values(key, now);
        // The numbers of the question's begin behind those of a standing.
        let values = seen.into_iter().chain(key).chain([Parameter::Null]);
        let values: Vec<_> = values.chain(own.iter().cloned()).collect();
        database.statement(GUARD_REFERENCES, &values)
    }

    /// What the isolate remembers of the answer.
    pub(crate) fn remembered(&self, now: Timestamp) -> Option<Rc<ReferenceFacts>> {
        FACTS.with_borrow_mut(|facts| {
            let (facts, _) = facts.get(&self.name(), now)?;
            Some(Rc::clone(facts))
        })
    }

    /// Remembers the answer on which an assessment has been created.
    pub(crate) fn remember(&self, facts: Rc<ReferenceFacts>, now: Timestamp) {
        let facts = if facts.assessed_before {
            facts
        } else {
            Rc::new(ReferenceFacts {
                references: facts.references.clone(),
                assessed_before: true,
                text: facts.text.clone(),
            })
        };
        // Of what was read from the text about as much again.
        let bytes = size_of::<ReferenceFacts>() + 2 * facts.text.len();
        FACTS.with_borrow_mut(|all| all.insert(self.name(), facts, bytes, now));
    }

    /// Forgets an answer that does not hold any more.
    pub(crate) fn forget(&self) {
        FACTS.with_borrow_mut(|facts| facts.remove(&self.name()));
    }

    /// The same for whatever asks the same.
    fn name(&self) -> String {
        // Texts and numbers always serialise.
        serde_json::to_string(&self.values).unwrap_or_default()
    }
}

/// What a create looks up in one round trip.
pub(crate) struct CreateFacts {
    pub(crate) standing: Option<Standing>,
    /// The stored answer, if the key has one.
    pub(crate) replay: Option<Replay>,
    /// Of the request, if there is one to create by.
    pub(crate) references: Option<ReferenceFacts>,
}

/// The statement that asks for them. Without `question` or `key` theirs are not there.
pub(super) fn select(
    database: &Database,
    caller: &Caller,
    question: Option<&Question>,
    key: Option<&Scope<'_>>,
    now: Timestamp,
) -> Statement {
    let nothing = [const { Parameter::Null }; 9];
    let [_, own @ ..] = question.map_or(&nothing, |question| &question.values);
    let key = idempotency::live_key_values(key, now);
    let own: Vec<_> = own.iter().cloned().chain(key).collect();
    standing::look_up(database, caller, &FACTS_AND_REPLAY, &own)
}

/// Takes the result of [`select`].
pub(super) fn next(
    rows: &mut Rows,
    question: Option<&Question>,
) -> Result<CreateFacts, StorageError> {
    #[derive(Default, Deserialize)]
    struct Row {
        standing: Option<String>,
        replay: Option<String>,
        facts: String,
        assessed_before: u8,
    }
    let row: Row = rows.next_row()?.unwrap_or_default();
    let references = match question {
        Some(_) => Some(ReferenceFacts {
            references: rows.decode(&row.facts)?,
            assessed_before: row.assessed_before != 0,
            text: row.facts,
        }),
        None => None,
    };
    Ok(CreateFacts {
        standing: standing::read(rows, row.standing.as_deref())?,
        replay: row.replay.map(|text| rows.decode(&text)).transpose()?,
        references,
    })
}

/// The library's rule as a JSON object of those that it allows.
fn assignable_memberships() -> String {
    let memberships: serde_json::Map<String, serde_json::Value> = Membership::ALL
        .iter()
        .filter(|membership| membership.may_be_assigned())
        .map(|membership| (membership.as_str().to_owned(), true.into()))
        .collect();
    serde_json::Value::from(memberships).to_string()
}
