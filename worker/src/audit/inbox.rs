//! Writing the audit records that the queue delivers.
//!
//! | What is delivered | From the queue | From its dead-letter queue |
//! |---|---|---|
//! | records | written at once | the same |
//! | D1 does not answer | again, soon | again, ever later, then counted as lost |
//! | one that D1 refuses, or that is none | again by itself | counted as lost |
//!
//! The first that cannot be written never keeps the others of its batch from being.

use std::collections::HashSet;

use assessments::columns::LossReason;
use worker::Env;

use super::outbox;
use crate::decide::audit::{AuditMessage, Loss};
use crate::platform::clock;
use crate::platform::log;
use crate::platform::queue_binding::{Batch, Message};
use crate::storage::audit;
use crate::storage::database::{Databases, StorageError};

/// How the name of a dead-letter queue ends.
const DEAD_LETTERS: &str = "-dead-letters";
/// Seconds until a message is tried again, which double with each attempt.
const PAUSE_SECONDS: u32 = 2;
const DEAD_PAUSE_SECONDS: u32 = 30;
/// Longest such pause.
const MAX_PAUSE_SECONDS: u32 = 60 * 60;
/// The attempt after which a dead letter is given up, about four days after the first.
/// The queue has at least as many (`max_retries` in wrangler.toml), else it would drop
/// the message without a word.
const LAST_ATTEMPT: u32 = 100;

/// A message that is a record.
struct Readable {
    message: Message,
    content: AuditMessage,
}

/// Writes what is delivered. Whatever is neither acknowledged nor asked for again when
/// this ends counts as done with, so each message gets one of the two.
pub(crate) async fn receive(env: &Env, batch: &Batch) {
    let inbox = Inbox {
        databases: Databases::new(env),
        is_last_resort: batch.queue().ends_with(DEAD_LETTERS),
    };
    let mut readable = Vec::new();
    let mut unreadable = Vec::new();
    let mut seen = HashSet::new();
    for message in batch.messages() {
        let text = message.text().unwrap_or_default();
        match serde_json::from_str::<AuditMessage>(&text) {
            // The same one twice in a batch: what came with it counts once.
            Ok(content) if !seen.insert(content.record.request_id.clone()) => message.ack(),
            Ok(content) => readable.push(Readable { message, content }),
            Err(_) => unreadable.push(message),
        }
    }
    inbox.keep_all(readable).await;
    for message in unreadable {
        inbox
            .refused(&message, None, LossReason::Unreadable, "no audit record")
            .await;
    }
}

struct Inbox {
    databases: Databases,
    is_last_resort: bool,
}

impl Inbox {
    async fn keep_all(&self, messages: Vec<Readable>) {
        if messages.is_empty() {
            return;
        }
        let contents: Vec<_> = messages.iter().map(|one| &one.content).collect();
        match audit::keep(&self.databases, &contents, clock::now()).await {
            Ok(()) => messages.iter().for_each(|one| one.message.ack()),
            Err(StorageError::Constraint { .. }) => {
                for one in messages {
                    self.keep_one(&one).await;
                }
            }
            Err(error) => {
                log::warn("audit_records_not_written")
                    .field("records", messages.len())
                    .cause(&error)
                    .write();
                for one in messages {
                    self.later(&one.message, Some(&one.content));
                }
            }
        }
    }

    /// Writes a record by itself, because D1 refuses one of its batch.
    async fn keep_one(&self, one: &Readable) {
        match audit::keep(&self.databases, &[&one.content], clock::now()).await {
            Ok(()) => one.message.ack(),
            Err(error @ StorageError::Constraint { .. }) => {
                let reason = LossReason::NotStorable;
                let cause = error.to_string();
                self.refused(&one.message, Some(&one.content), reason, &cause)
                    .await;
            }
            Err(_) => self.later(&one.message, Some(&one.content)),
        }
    }

    /// What can never be written, as far as anyone can tell: it gets the time of the
    /// attempts, in which whoever deployed may find out otherwise, and then is counted.
    async fn refused(
        &self,
        message: &Message,
        content: Option<&AuditMessage>,
        reason: LossReason,
        cause: &str,
    ) {
        if !self.is_last_resort {
            self.later(message, content);
            return;
        }
        let loss = loss(content, reason);
        match audit::count_losses(&self.databases, &[loss], clock::now()).await {
            Ok(()) => {
                tell_lost(message, content, reason, cause);
                message.ack();
            }
            Err(_) => self.later(message, content),
        }
    }

    /// Has a message come again, or gives it up.
    fn later(&self, message: &Message, content: Option<&AuditMessage>) {
        let attempts = message.attempts();
        if self.is_last_resort && attempts >= LAST_ATTEMPT {
            let reason = LossReason::GivenUp;
            tell_lost(message, content, reason, "attempted too often");
            // D1 does not answer, so the count waits in the isolate.
            outbox::count(loss(content, reason));
            message.ack();
            return;
        }
        let first = if self.is_last_resort {
            DEAD_PAUSE_SECONDS
        } else {
            PAUSE_SECONDS
        };
        message.retry(pause_seconds(first, attempts));
    }
}

/// Seconds until the attempt after that many.
fn pause_seconds(first: u32, attempts: u32) -> u32 {
    let doublings = attempts.saturating_sub(1).min(16);
    first.saturating_mul(1 << doublings).min(MAX_PAUSE_SECONDS)
}

fn loss(content: Option<&AuditMessage>, reason: LossReason) -> Loss {
    Loss {
        org_id: content.map_or_else(String::new, |content| {
            content.record.org_id.as_str().to_owned()
        }),
        reason,
        lost: 1,
    }
}

/// Says that a record is lost, by what it can be found by; never what is in it.
fn tell_lost(message: &Message, content: Option<&AuditMessage>, reason: LossReason, cause: &str) {
    let record = content.map(|content| &content.record);
    log::error("audit_record_lost")
        .field("message", message.id())
        .field("request_id", record.map(|record| &record.request_id))
        .field("org", record.map(|record| record.org_id.as_str()))
        .field("reason", reason)
        .cause(cause)
        .write();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        let pauses = [1, 2, 3, 4, 5].map(|attempts| pause_seconds(PAUSE_SECONDS, attempts));
        assert_eq!(pauses, [2, 4, 8, 16, 32]);
        assert_eq!(pause_seconds(DEAD_PAUSE_SECONDS, 0), 30);
        assert_eq!(pause_seconds(DEAD_PAUSE_SECONDS, 7), 1_920);
        assert_eq!(pause_seconds(DEAD_PAUSE_SECONDS, 8), MAX_PAUSE_SECONDS);
        assert_eq!(
            pause_seconds(DEAD_PAUSE_SECONDS, u32::MAX),
            MAX_PAUSE_SECONDS
        );
    }

    #[test]
    fn a_dead_letter_is_attempted_for_four_days() {
        let whole: u32 = (1..LAST_ATTEMPT)
            .map(|attempts| pause_seconds(DEAD_PAUSE_SECONDS, attempts))
            .sum();
        assert!((90 * 60 * 60..96 * 60 * 60).contains(&whole), "{whole} s");
    }
}
