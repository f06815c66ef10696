//! JSON values (4.2): what they are seen through, and which bytes are acceptable.
//!
//! - [`Json`]: a value, wherever it is held: as text, by serde_json, in JavaScript
//! - [`JsonText`]: a text that is acceptable JSON

mod text;
mod value;

pub use text::{JsonError, JsonText, MAX_DEPTH};
pub use value::{Json, JsonKind};
