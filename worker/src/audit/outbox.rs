//! Sending audit records to the queue, after the response.

use std::cell::RefCell;
use std::time::Duration;

use assessments::columns::LossReason;
use worker::Delay;

use crate::decide::audit::{AuditMessage, AuditRecord, Loss, Losses};
use crate::platform::context::Context;
use crate::platform::log::{self, Level};
use crate::platform::queue_binding::{Queue, QueueError};
use crate::platform::unsent;

/// The binding of the queue.
const BINDING: &str = "AUDIT";
/// Milliseconds before each further attempt. With four attempts of three seconds at
/// most, it is over before the platform ends what goes on after a response.
const PAUSES_MILLISECONDS: [u64; 3] = [100, 500, 2_000];

thread_local! {
    /// What this isolate lost, until a message takes it along.
    static LOSSES: RefCell<Losses> = RefCell::default();
}

/// Sends a record, after the response. One that the queue does not take is counted; the
/// count goes with the next message that it does take. A deployment without a queue
/// records nothing, and says so.
pub(crate) fn send(context: &Context, record: AuditRecord) {
    let Some(queue) = Queue::of(context.env(), BINDING) else {
        log::once(Level::Warn, "audit_off")
            .cause("no queue is bound")
            .write();
        return;
    };
    unsent::add(1);
    context.after_response(async move {
        let losses = LOSSES.with_borrow_mut(Losses::take);
        let message = AuditMessage { record, losses };
        let carried = message.losses.iter().map(|loss| loss.lost).sum::<u32>();
        // Until then they may be lost with the instance.
        let delivered = deliver(&queue, &message).await;
        unsent::remove(1 + carried);
        if let Err(error) = delivered {
            log::error("audit_record_lost")
                .field("request_id", &message.record.request_id)
                .field("org", message.record.org_id.as_str())
                .cause(&error)
                .write();
            let org = message.record.org_id.as_str();
            for loss in message.losses {
                count(loss);
            }
            count(Loss {
                org_id: org.to_owned(),
                reason: LossReason::NotSent,
                lost: 1,
            });
        }
    });
}

/// Counts what was lost, for the next message.
pub(super) fn count(loss: Loss) {
    unsent::add(loss.lost);
    LOSSES.with_borrow_mut(|losses| losses.add(loss));
}

/// Counts calls whose answers were lost with the instance that broke: nobody knows any
/// more whose they were, and whether they would have been recorded.
pub(crate) fn count_broken(calls: u32) {
    count(Loss {
        org_id: String::new(),
        reason: LossReason::InstanceBroke,
        lost: calls,
    });
}

/// Why a record is not on its way.
#[derive(Debug, thiserror::Error)]
enum SendError {
    #[error("{0}")]
    Queue(QueueError),
    #[error("does not serialise: {0}")]
    Serialize(serde_json::Error),
}

/// Sends a message, several times if need be. What was taken without an answer comes
/// twice, and is written once.
async fn deliver(queue: &Queue, message: &AuditMessage) -> Result<(), SendError> {
    let text = serde_json::to_string(message).map_err(SendError::Serialize)?;
    let mut outcome = queue.send(&text).await;
    for pause in PAUSES_MILLISECONDS {
        if outcome.is_ok() {
            break;
        }
        Delay::from(Duration::from_millis(pause)).await;
        outcome = queue.send(&text).await;
    }
    outcome.map_err(SendError::Queue)
}
