//! A create request that is within the limits, its references read: what the
//! server decides on, behind gates 6 and 7 (2.7).

use crate::field::{CreateAssessmentRequest, with_request_fields};
use crate::id::kind::{ControlSet, Service, User, Vendor, VendorDocument};
use crate::id::{Kind, Reference};
use crate::limits::{self, LimitFault};
use crate::name::Naming;
use crate::schema::{self, Fault};

/// The name of a workflow as sent: at most
/// [`MAX_TEXT_LENGTH`](crate::limits::MAX_TEXT_LENGTH) code points, possibly
/// empty (which names no workflow).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowName(String);

impl WorkflowName {
    /// The name as sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A type that a field's value has once it is accepted.
trait Accepted {
    /// What was sent.
    type Sent;
    fn accept(sent: Self::Sent) -> Self;
}

impl Accepted for String {
    type Sent = Self;

    fn accept(sent: Self) -> Self {
        sent
    }
}

impl Accepted for WorkflowName {
    type Sent = String;

    fn accept(sent: String) -> Self {
        Self(sent)
    }
}

impl<K: Kind> Accepted for Reference<K> {
    type Sent = String;

    fn accept(sent: String) -> Self {
        Self::read(sent)
    }
}

impl<T: Accepted> Accepted for Option<T> {
    type Sent = Option<T::Sent>;

    fn accept(sent: Self::Sent) -> Self {
        sent.map(T::accept)
    }
}

/// Lists lose their duplicates: each id once, at its first position (4.4).
impl<K: Kind> Accepted for Vec<Reference<K>> {
    type Sent = Vec<String>;

    fn accept(sent: Vec<String>) -> Self {
        let mut kept = Self::with_capacity(sent.len());
        for text in sent {
            if !kept.iter().any(|reference| reference.as_str() == text) {
                kept.push(Reference::read(text));
            }
        }
        kept
    }
}

macro_rules! accepted {
    ($(
        $field:ident $name:ident: $sent:ty => $accepted:ty,
            $required:ident $content:ident($($held:expr),*), $doc:literal;
    )*) => {
        /// A create request within the limits. Only this module makes one, so
        /// holding one proves that gates 6 and 7 (2.7) are passed.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct CreateAssessment { $($name: $accepted,)* }

        impl CreateAssessment {
            fn accept(request: CreateAssessmentRequest) -> Self {
                Self { $($name: Accepted::accept(request.$name),)* }
            }
        }
    };
}

with_request_fields!(accepted);

/// Why a body is no request that can be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestError {
    /// It has not the schema: every fault, as in [`schema::read`].
    Schema(Vec<Fault>),
    /// It exceeds limits: every one, in model order.
    OverLimit(Vec<LimitFault>),
}

impl CreateAssessment {
    /// Reads a body as it came over HTTP: gates 6 and 7.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(content_type: Option<&str>, body: &[u8]) -> Result<Self, RequestError> {
        let measured =
            schema::read_within_limits(content_type, body).map_err(RequestError::Schema)?;
        let faults = limits::faults_of_cut(&measured.body, &measured.cut);
        if faults.is_empty() {
            Ok(Self::accept(measured.body))
        } else {
            Err(RequestError::OverLimit(faults))
        }
    }

    /// Applies the limits; lists lose their duplicates (4.4).
    ///
    /// # Errors
    /// Every exceeded limit, in model order; never an empty list.
    pub fn new(request: CreateAssessmentRequest) -> Result<Self, Vec<LimitFault>> {
        let faults = limits::faults(&request);
        if faults.is_empty() {
            Ok(Self::accept(request))
        } else {
            Err(faults)
        }
    }

    /// The vendor to assess.
    #[must_use]
    pub fn vendor(&self) -> &Reference<Vendor> {
        &self.vendor_id
    }

    /// The control sets, in request order, each once.
    #[must_use]
    pub fn control_sets(&self) -> &[Reference<ControlSet>] {
        &self.control_set_ids
    }

    /// How the name is found.
    #[must_use]
    pub fn naming(&self) -> Naming {
        Naming::choose(self.name.clone(), self.assessment_name_format.clone())
    }

    /// The services in scope, in request order, each once.
    #[must_use]
    pub fn services(&self) -> &[Reference<Service>] {
        &self.service_ids
    }

    /// The person responsible, if named.
    #[must_use]
    pub fn assignee(&self) -> Option<&Reference<User>> {
        self.assignee_id.as_ref()
    }

    /// The workflow to start, if named.
    #[must_use]
    pub fn workflow(&self) -> Option<&WorkflowName> {
        self.trigger_workflow.as_ref()
    }

    /// The documents to link, in request order, each once.
    #[must_use]
    pub fn documents(&self) -> &[Reference<VendorDocument>] {
        &self.supporting_document_ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_themselves_are_allowed() {
        let within = CreateAssessmentRequest {
            control_set_ids: vec!["x".into(); 100],
            name: Some(format!("  {}  ", "é".repeat(255))),
            assessment_name_format: Some("☕".repeat(255)),
            trigger_workflow: Some("w".repeat(255)),
            ..CreateAssessmentRequest::default()
        };
        assert!(CreateAssessment::new(within).is_ok());
    }

    #[test]
    fn of_a_long_list_only_the_number_of_entries_is_kept() {
        let entries = "\"\",".repeat(70_000);
        let body =
            format!(r#"{{"vendor_id":"v","control_set_ids":[{entries}"x"],"service_ids":["a"]}}"#);
        let json = Some("application/json");
        let over = LimitFault::TooManyEntries {
            field: crate::field::Field::ControlSetIds,
            actual: 70_001,
        };
        assert_eq!(
            CreateAssessment::read(json, body.as_bytes()),
            Err(RequestError::OverLimit(vec![over]))
        );
        assert_eq!(schema::accept(json, body.as_bytes()), None);
        let measured = schema::read_within_limits(json, body.as_bytes())
            .ok()
            .unwrap();
        assert_eq!(measured.body.control_set_ids.len(), 100);
        // Behind the entries that are kept, too, the types count.
        let faulty = body.replace(r#""x"]"#, "7]");
        let Err(RequestError::Schema(faults)) = CreateAssessment::read(json, faulty.as_bytes())
        else {
            panic!("the number was not seen");
        };
        assert_eq!(faults.len(), 1);
    }

    #[test]
    fn duplicates_are_kept_once_at_their_first_position() {
        let twice = CreateAssessmentRequest {
            control_set_ids: ["b", "a", "b", "c", "a"].map(String::from).into(),
            ..CreateAssessmentRequest::default()
        };
        let kept = CreateAssessment::new(twice).unwrap();
        let texts: Vec<&str> = kept.control_sets().iter().map(Reference::as_str).collect();
        assert_eq!(texts, ["b", "a", "c"]);
    }
}
