//! How long what a run still has to do may take. Pure.

use std::time::Duration;

use assessments::time::Timestamp;
use assessments::workflow::definition::{Action, Component};
use assessments::workflow::event::EventName;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Before the second attempt of a call; twice as long before each further one.
pub(crate) const CALL_DELAY: Duration = Duration::from_secs(1);
/// Longer than an attempt of a call may take.
pub(crate) const CALL_TIMEOUT: Duration = Duration::from_secs(20);

/// The steps of a run, and how far it is.
#[derive(Debug, Deserialize)]
pub(crate) struct Ahead {
    /// All components of its version, JSON.
    components: Box<RawValue>,
    /// Those that are behind it.
    settled: usize,
    /// When the step that goes on should have ended, if one does.
    open_until: Option<Timestamp>,
}

impl Ahead {
    /// Seconds after which the run will have taken an event of that name, or will
    /// have ended if it takes none any more; sooner if what it waits for comes
    /// sooner.
    pub(crate) fn seconds_until_taken(&self, name: &EventName, now: Timestamp) -> u32 {
        // What cannot be read is no step that anyone waits for: such a run is given up.
        let components: Vec<Component> =
            serde_json::from_str(self.components.get()).unwrap_or_default();
        let mut open_until = self.open_until;
        // Times are whole seconds, so a step may begin up to one later than they tell.
        let mut seconds: u32 = 1;
        for component in components.iter().skip(self.settled) {
            if matches!(&component.action, Action::WaitForEvent(wait) if wait.event == *name) {
                break;
            }
            let left = open_until
                .take()
                .map(|until| u32::try_from(until.seconds() - now.seconds()).unwrap_or_default());
            seconds = seconds.saturating_add(match (left, &component.action) {
                // When a call should have ended says nothing of further attempts.
                (Some(_), Action::Call(_)) | (None, _) => longest(&component.action),
                (Some(left), _) => left,
            });
        }
        seconds
    }
}

/// The most seconds that a step may take.
fn longest(action: &Action) -> u32 {
    match action {
        Action::Wait(wait) => wait.seconds,
        Action::WaitForEvent(wait) => wait.timeout_seconds,
        Action::Call(call) => {
            let attempts = call.retries.saturating_add(1);
            // The time before each further attempt doubles.
            let delays = 2_u32.saturating_pow(call.retries).saturating_sub(1);
            seconds(CALL_TIMEOUT)
                .saturating_mul(attempts)
                .saturating_add(seconds(CALL_DELAY).saturating_mul(delays))
        }
        Action::BeginAssessment(_)
        | Action::UpdateAssessment(_)
        | Action::CompleteAssessment(_)
        | Action::FailAssessment(_) => 0,
    }
}

fn seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ahead(steps: &[(&str, serde_json::Value)], settled: usize, open_until: i64) -> u32 {
        let components: Vec<_> = steps
            .iter()
            .map(|(action_type, parameters)| {
                json!({
                    "id": format!("cbwc_{}", "1".repeat(32)), "name": "A step",
                    "action_type": action_type, "parameters": parameters,
                })
            })
            .collect();
        let json =
            json!({ "components": components, "settled": settled, "open_until": open_until });
        let ahead: Ahead = serde_json::from_str(&json.to_string()).unwrap();
        let name = EventName::parse("go").unwrap();
        ahead.seconds_until_taken(&name, Timestamp::from_seconds(1_000))
    }

    #[test]
    fn what_lies_before_the_next_wait_for_the_event_adds_up() {
        let wait = |seconds| ("wait", json!({ "seconds": seconds }));
        let event = |name| {
            (
                "wait_for_event",
                json!({ "event": name, "timeout_seconds": 70 }),
            )
        };
        let call = ("call", json!({ "url": "https://a.example", "retries": 2 }));
        assert_eq!(ahead(&[wait(50), event("go")], 0, 1_030), 31);
        assert_eq!(ahead(&[wait(50), wait(5), event("go")], 0, 1_030), 36);
        assert_eq!(ahead(&[wait(50), event("x"), event("go")], 0, 1_030), 101);
        assert_eq!(ahead(&[wait(50), call.clone(), event("go")], 0, 1_030), 94);
        // The run is at the wait itself, or late.
        assert_eq!(ahead(&[wait(50), event("go")], 1, 1_070), 1);
        assert_eq!(ahead(&[wait(50), event("go")], 0, 990), 1);
        // A call that goes on may have all its attempts before it.
        assert_eq!(ahead(&[call.clone(), event("go")], 0, 1_030), 64);
        // Nothing takes one any more, so it is the end of the run that counts.
        assert_eq!(ahead(&[event("go"), wait(9), wait(5)], 1, 1_009), 15);
    }
}
