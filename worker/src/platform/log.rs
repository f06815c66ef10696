//! What the Worker says of itself: one JSON object a line, `level` and `event` first.
//!
//! A line tells of ids, counts and causes; no secret, no body and no value of a query
//! has a way into one. The variable `LOG_LEVEL` says from which level on there are
//! lines: `debug`, `info` (the default), `warn`, `error`, or `off`.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fmt::Display;

use js_sys::Reflect;
use serde::Serialize;
use worker::wasm_bindgen::JsValue;

use super::per_deployment::PerDeployment;
use worker::{Env, console_debug, console_error, console_log, console_warn};

/// The variable that holds the level.
const LOG_LEVEL: &str = "LOG_LEVEL";
/// Longest cause, in characters: whoever wrote it may have gone on.
const MAX_CAUSE: usize = 1_000;

thread_local! {
    static THRESHOLD: Cell<Threshold> = const { Cell::new(Threshold::From(Level::Info)) };
    static LEVEL: PerDeployment<Threshold> = const { PerDeployment::new() };
    static SAID: RefCell<HashSet<&'static str>> = RefCell::default();
}

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// For whoever looks for a fault.
    Debug,
    /// What happened, as it should.
    Info,
    /// Something failed that is made up for.
    Warn,
    /// Something failed that someone should look at.
    Error,
}

impl Level {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// From which level on there are lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Threshold {
    From(Level),
    Off,
}

impl Threshold {
    fn parse(text: &str) -> Option<Self> {
        Some(match text.trim() {
            "debug" => Self::From(Level::Debug),
            "info" => Self::From(Level::Info),
            "warn" => Self::From(Level::Warn),
            "error" => Self::From(Level::Error),
            "off" => Self::Off,
            _ => return None,
        })
    }

    fn wants(self, level: Level) -> bool {
        match self {
            Self::From(least) => level >= least,
            Self::Off => false,
        }
    }
}

/// Reads the level that the deployment sets; every event has it read first. A mistake in
/// it must not silence anything, so it counts as none.
pub(crate) fn set_level(env: &Env) {
    let stated = Reflect::get(env, &JsValue::from_str(LOG_LEVEL)).unwrap_or_default();
    LEVEL.with(|level| THRESHOLD.set(*level.get(&stated, || read_level(&stated))));
}

fn read_level(stated: &JsValue) -> Threshold {
    let default = Threshold::From(Level::Info);
    if stated.is_undefined() {
        return default;
    }
    let threshold = stated.as_string().as_deref().and_then(Threshold::parse);
    threshold.unwrap_or_else(|| {
        THRESHOLD.set(default);
        once(Level::Error, "setting_unreadable")
            .field("variable", LOG_LEVEL)
            .write();
        default
    })
}

/// Whether a line of that level is written at all.
pub(crate) fn wants(level: Level) -> bool {
    THRESHOLD.get().wants(level)
}

/// A line of any level.
pub(crate) fn line(level: Level, event: &'static str) -> Line {
    let json = wants(level).then(|| {
        let level = level.as_str();
        format!(r#"{{"level":"{level}","event":"{event}""#)
    });
    Line { level, json }
}

/// A line at level `warn`.
pub(crate) fn warn(event: &'static str) -> Line {
    line(Level::Warn, event)
}

/// A line at level `error`.
pub(crate) fn error(event: &'static str) -> Line {
    line(Level::Error, event)
}

/// A line that an isolate writes once, however often its event occurs.
pub(crate) fn once(level: Level, event: &'static str) -> Line {
    let is_new = SAID.with_borrow_mut(|said| said.insert(event));
    let mut line = line(level, event);
    if !is_new {
        line.json = None;
    }
    line
}

/// A line in the making. One that is not wanted costs nothing but its fields.
#[must_use = "a line is not written until it is told to be"]
pub(crate) struct Line {
    level: Level,
    /// What there is of the object, without its end.
    json: Option<String>,
}

impl Line {
    /// Adds what is known under a name, which is plain text.
    pub(crate) fn field(mut self, name: &'static str, value: impl Serialize) -> Self {
        if let Some(json) = &mut self.json
            && let Ok(value) = serde_json::to_string(&value)
        {
            json.push_str(",\"");
            json.push_str(name);
            json.push_str("\":");
            json.push_str(&value);
        }
        self
    }

    /// Adds why something failed.
    pub(crate) fn cause(self, cause: &(impl Display + ?Sized)) -> Self {
        if self.json.is_none() {
            return self;
        }
        let cause: String = cause.to_string().chars().take(MAX_CAUSE).collect();
        self.field("cause", cause)
    }

    /// Writes it, if it is wanted.
    pub(crate) fn write(self) {
        let level = self.level;
        let Some(json) = self.finish() else {
            return;
        };
        match level {
            Level::Debug => console_debug!("{json}"),
            Level::Info => console_log!("{json}"),
            Level::Warn => console_warn!("{json}"),
            Level::Error => console_error!("{json}"),
        }
    }

    fn finish(self) -> Option<String> {
        self.json.map(|json| json + "}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_json_object() {
        let line = error("storage_failed")
            .field("request_id", "a\"b")
            .field("org", None::<&str>)
            .field("status", 503)
            .cause("no\nanswer");
        assert_eq!(
            line.finish().unwrap(),
            r#"{"level":"error","event":"storage_failed","request_id":"a\"b","org":null,"status":503,"cause":"no\nanswer"}"#
        );
    }

    #[test]
    fn a_cause_is_cut() {
        let line = warn("w").cause(&"é".repeat(5_000)).finish().unwrap();
        assert_eq!(line.matches('é').count(), MAX_CAUSE);
    }

    #[test]
    fn a_level_wants_itself_and_what_matters_more() {
        let wanted = |text: &str| {
            let threshold = Threshold::parse(text).unwrap();
            [Level::Debug, Level::Info, Level::Warn, Level::Error]
                .map(|level| threshold.wants(level))
        };
        assert_eq!(wanted("debug"), [true, true, true, true]);
        assert_eq!(wanted("info"), [false, true, true, true]);
        assert_eq!(wanted(" warn "), [false, false, true, true]);
        assert_eq!(wanted("error"), [false, false, false, true]);
        assert_eq!(wanted("off"), [false; 4]);
        assert_eq!(Threshold::parse("loud"), None);
    }

    #[test]
    fn what_is_not_wanted_is_not_built_and_what_was_said_not_repeated() {
        assert_eq!(line(Level::Debug, "d").field("n", 1).finish(), None);
        assert!(once(Level::Warn, "o").finish().is_some());
        assert_eq!(once(Level::Warn, "o").finish(), None);
    }
}
