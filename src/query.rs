//! The parameters of queries (15), and what can be wrong with their values: in `loc`,
//! `msg` and `type` what stock FastAPI says.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::assessment::Status;
use crate::code::codes;
use crate::shape::{Shape, Spec, wire_enum};

/// Items of a page, if the query does not say.
pub const DEFAULT_LIMIT: u32 = 25;
/// Items of a page at most.
pub const MAX_LIMIT: u32 = 100;
/// Characters of what is searched for. A name has at most 255, and nobody types a third
/// of one to find it; each word costs a look at the index.
pub const MAX_SEARCH_LENGTH: usize = 100;

codes! {
    /// A parameter of a query. The others that a query may have are ignored.
    pub enum Parameter {
        Search = "q",
        Status = "status",
        VendorId = "vendor_id",
        AssigneeId = "assignee_id",
        Archived = "archived",
        Sort = "sort",
        Limit = "limit",
        Cursor = "cursor",
    }
}

wire_enum! {
    /// The order of assessments: by a time, `-` for the latest first.
    pub enum Sort {
        /// The newest first.
        CreatedLast = "-created_at",
        /// The oldest first.
        CreatedFirst = "created_at",
        /// What was changed last first.
        UpdatedLast = "-updated_at",
        /// What was not changed for longest first.
        UpdatedFirst = "updated_at",
    }
}

/// A fault of a query: an entry of the `detail` array of a `422`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueryFault {
    /// Whose value.
    pub parameter: Parameter,
    /// What is wrong with it.
    pub kind: QueryFaultKind,
}

/// What is wrong with a value, on the wire `type` and `msg`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryFaultKind {
    /// No whole number.
    NotAnInteger,
    /// A whole number below 1.
    TooSmall,
    /// One above [`MAX_LIMIT`].
    TooLarge,
    /// More than [`MAX_SEARCH_LENGTH`] characters.
    TooLong,
    /// Nothing that means yes or no.
    NotABoolean,
    /// None of the values that there are.
    NotOneOf(&'static [&'static str]),
    /// No cursor, or one of another list.
    NotACursor,
}

impl QueryFaultKind {
    /// The stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAnInteger => "int_parsing",
            Self::TooSmall => "greater_than_equal",
            Self::TooLarge => "less_than_equal",
            Self::TooLong => "string_too_long",
            Self::NotABoolean => "bool_parsing",
            Self::NotOneOf(_) => "enum",
            Self::NotACursor => "value_error",
        }
    }

    /// The text.
    #[must_use]
    pub fn message(self) -> String {
        match self {
            Self::NotAnInteger => {
                "Input should be a valid integer, unable to parse string as an integer".to_owned()
            }
            Self::TooSmall => "Input should be greater than or equal to 1".to_owned(),
            Self::TooLarge => format!("Input should be less than or equal to {MAX_LIMIT}"),
            Self::TooLong => {
                format!("String should have at most {MAX_SEARCH_LENGTH} characters")
            }
            Self::NotABoolean => {
                "Input should be a valid boolean, unable to interpret input".to_owned()
            }
            Self::NotOneOf(values) => {
                let quoted = |values: &[&str]| {
                    let quoted: Vec<_> = values.iter().map(|value| format!("'{value}'")).collect();
                    quoted.join(", ")
                };
                match values.split_last() {
                    Some((last, others)) if !others.is_empty() => {
                        format!("Input should be {} or '{last}'", quoted(others))
                    }
                    _ => format!("Input should be {}", quoted(values)),
                }
            }
            Self::NotACursor => "Value error, this is no cursor of this list".to_owned(),
        }
    }
}

impl Serialize for QueryFault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entry = serializer.serialize_struct("Fault", 3)?;
        entry.serialize_field("loc", &["query", self.parameter.as_str()])?;
        entry.serialize_field("msg", &self.kind.message())?;
        entry.serialize_field("type", self.kind.code())?;
        entry.end()
    }
}

/// What a parameter may be, if that is one of a few.
#[must_use]
pub const fn values_of(parameter: Parameter) -> Option<&'static [&'static str]> {
    match (parameter, Status::SPEC, Sort::SPEC) {
        (Parameter::Status, Spec::OneOf(values), _) | (Parameter::Sort, _, Spec::OneOf(values)) => {
            Some(values)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_told_as_fastapi_tells_it() {
        let told = |parameter, kind| {
            let fault = QueryFault { parameter, kind };
            serde_json::to_string(&fault).unwrap()
        };
        assert_eq!(
            told(Parameter::Limit, QueryFaultKind::TooLarge),
            r#"{"loc":["query","limit"],"msg":"Input should be less than or equal to 100","type":"less_than_equal"}"#
        );
        let sorts = values_of(Parameter::Sort).unwrap();
        assert_eq!(
            told(Parameter::Sort, QueryFaultKind::NotOneOf(sorts)),
            r#"{"loc":["query","sort"],"msg":"Input should be '-created_at', 'created_at', '-updated_at' or 'updated_at'","type":"enum"}"#
        );
        assert_eq!(
            values_of(Parameter::Status).map(<[_]>::len),
            Some(Status::ALL.len())
        );
        assert_eq!(values_of(Parameter::Limit), None);
    }
}
