//! Prefixed ids (2.5): `<prefix>_` and 32 hexadecimal digits, one type per kind.
//!
//! Digits are in lower case, as we issue them: an id in capitals is never
//! found, so a form must not call it well formed.

use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::code::codes;

/// Hexadecimal digits after the separator.
pub const DIGITS: usize = 32;

/// A kind of resource as a type, so that a vendor id cannot stand where a
/// service id belongs. Implemented by the types of [`kind`] only.
pub trait Kind: sealed::Sealed + Copy + Ord + Hash + 'static {
    /// The same kind as a value.
    const KIND: AnyKind;
}

mod sealed {
    pub trait Sealed {}
}

/// An id of kind `K` that is well formed. Whether it names anything is a
/// question for the database.
///
/// ```
/// use assessments::id::{IdError, ServiceId, VendorId};
///
/// let text = "cbvndr_bdbb39ff21c65aa009a055bb64bf3703";
/// let vendor: VendorId = text.parse()?;
/// assert_eq!(vendor.as_str(), text);
///
/// // An id of one kind is none of another, and the error says why.
/// let error = ServiceId::parse(text).unwrap_err();
/// assert_eq!(error.code(), "wrong_kind");
/// # Ok::<(), IdError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id<K: Kind> {
    text: String,
    kind: PhantomData<fn() -> K>,
}

impl<K: Kind> Id<K> {
    /// Parses `text` as an id of this kind.
    ///
    /// # Errors
    /// The first reason, in reading order, why `text` is not one.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        parse(text, Some(K::KIND))?;
        Ok(Self::trusted(text.to_owned()))
    }

    /// The id we issue for 128 bits from a secure random source, in lower case.
    #[must_use]
    pub fn from_random(random: u128) -> Self {
        Self::trusted(format!("{}_{random:032x}", K::KIND.prefix()))
    }

    /// The id as on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn trusted(text: String) -> Self {
        Self {
            text,
            kind: PhantomData,
        }
    }
}

/// An id as a request names it. A malformed one is no error by itself: it is
/// simply not found (2.5), and the answer repeats it as sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference<K: Kind> {
    /// It has the form of an id of this kind.
    WellFormed(Id<K>),
    /// It cannot name anything.
    Malformed(String),
}

impl<K: Kind> Reference<K> {
    /// Reads an id as sent.
    #[must_use]
    pub fn read(text: String) -> Self {
        match Id::parse(&text) {
            Ok(id) => Self::WellFormed(id),
            Err(_) => Self::Malformed(text),
        }
    }

    /// The text as sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::WellFormed(id) => id.as_str(),
            Self::Malformed(text) => text,
        }
    }

    /// The id, if it can name anything.
    #[must_use]
    pub fn id(&self) -> Option<&Id<K>> {
        match self {
            Self::WellFormed(id) => Some(id),
            Self::Malformed(_) => None,
        }
    }
}

/// Checks `text` and says of which kind it is; with `expected`, it must be of
/// that kind.
///
/// # Errors
/// The first reason, in reading order, why `text` is not such an id.
pub fn parse(text: &str, expected: Option<AnyKind>) -> Result<AnyKind, IdError> {
    if text.is_empty() {
        return Err(IdError::Empty { expected });
    }
    let Some(end) = text.bytes().position(|byte| byte == b'_') else {
        return Err(IdError::MissingSeparator {
            expected,
            length: text.chars().count(),
        });
    };
    let (prefix, digits) = (text.get(..end), text.get(end + 1..));
    let (prefix, digits) = (prefix.unwrap_or_default(), digits.unwrap_or_default());
    let kind = match expected {
        // Nearly all ids are of the kind that is asked for.
        Some(expected) if expected.prefix() == prefix => expected,
        _ => AnyKind::from_prefix(prefix).ok_or_else(|| IdError::UnknownPrefix {
            expected,
            actual: prefix.to_owned(),
        })?,
    };
    if let Some(expected) = expected.filter(|&expected| expected != kind) {
        return Err(IdError::WrongKind {
            expected,
            actual: kind,
        });
    }
    if digits.len() == DIGITS && are_digits(digits.as_bytes()) {
        return Ok(kind);
    }
    let start = prefix.len() + 1;
    let fault = digits
        .char_indices()
        .find(|(_, c)| !matches!(c, '0'..='9' | 'a'..='f'));
    Err(match fault {
        Some((index, actual)) => IdError::BadCharacter {
            offset: start + index,
            actual,
        },
        None => IdError::WrongLength {
            offset: start + digits.len().min(DIGITS),
            actual: digits.len(),
        },
    })
}

/// Whether all of so many eights of bytes are digits. Eight are looked at in one, for
/// a form asks this of every id it has, over and over.
fn are_digits(bytes: &[u8]) -> bool {
    const ONES: u64 = u64::MAX / 0xFF;
    const HIGH: u64 = ONES << 7;
    let (eights, rest) = bytes.as_chunks();
    // Where a byte is at least the one and at most the other, its highest bit stays:
    // no byte borrows of the next, for all of them are ASCII.
    let within = |eight: u64, least: u8, most: u8| {
        ((eight | HIGH) - ONES * u64::from(least)) & (((ONES * u64::from(most)) | HIGH) - eight)
    };
    let is_good = |eight: &[u8; 8]| {
        let eight = u64::from_le_bytes(*eight);
        let is_ascii = eight & HIGH == 0;
        is_ascii && (within(eight, b'0', b'9') | within(eight, b'a', b'f')) & HIGH == HIGH
    };
    rest.is_empty() && eights.iter().all(is_good)
}

/// Why a text is not an id. Offsets count characters; everything before an
/// offset is ASCII, so they are also bytes and UTF-16 units.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// There is no text at all.
    #[error("The id is empty; {} is expected", Expected(*expected))]
    Empty {
        /// The kind that was asked for, if any.
        expected: Option<AnyKind>,
    },
    /// No `_` stands between a prefix and the digits.
    #[error("This has no underscore after a prefix; {} is expected", Expected(*expected))]
    MissingSeparator {
        /// The kind that was asked for, if any.
        expected: Option<AnyKind>,
        /// Characters in the text.
        length: usize,
    },
    /// What stands before the first `_` is no prefix of this API.
    #[error("\"{actual}_\" is not a known prefix; {} is expected", Expected(*expected))]
    UnknownPrefix {
        /// The kind that was asked for, if any.
        expected: Option<AnyKind>,
        /// The prefix found, without its underscore.
        actual: String,
    },
    /// An id of another resource.
    #[error("This is {} id; {} id starts with {}_", actual.noun(), expected.noun(), expected.prefix())]
    WrongKind {
        /// The kind that was asked for.
        expected: AnyKind,
        /// The kind that the prefix names.
        actual: AnyKind,
    },
    /// Too few or too many digits.
    #[error("An id has {DIGITS} hexadecimal digits after its prefix; this one has {actual}")]
    WrongLength {
        /// Where the digits end, or the first one too many.
        offset: usize,
        /// Digits found.
        actual: usize,
    },
    /// A character that is no hexadecimal digit in lower case.
    #[error("'{actual}' is not a lower-case hexadecimal digit (0-9, a-f)")]
    BadCharacter {
        /// Position of the character in the whole text.
        offset: usize,
        /// The character found.
        actual: char,
    },
}

codes! {
    /// The stable names of why a text is not an id.
    pub enum IdErrorCode {
        Empty = "empty",
        MissingSeparator = "missing_separator",
        UnknownPrefix = "unknown_prefix",
        WrongKind = "wrong_kind",
        WrongLength = "wrong_length",
        BadCharacter = "bad_character",
    }
}

impl IdError {
    /// A stable name for the reason.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty { .. } => IdErrorCode::Empty,
            Self::MissingSeparator { .. } => IdErrorCode::MissingSeparator,
            Self::UnknownPrefix { .. } => IdErrorCode::UnknownPrefix,
            Self::WrongKind { .. } => IdErrorCode::WrongKind,
            Self::WrongLength { .. } => IdErrorCode::WrongLength,
            Self::BadCharacter { .. } => IdErrorCode::BadCharacter,
        }
        .as_str()
    }

    /// The position, in characters, at which the text stops being an id.
    #[must_use]
    pub fn offset(&self) -> usize {
        match self {
            Self::Empty { .. } | Self::UnknownPrefix { .. } | Self::WrongKind { .. } => 0,
            Self::MissingSeparator { length, .. } => *length,
            Self::WrongLength { offset, .. } | Self::BadCharacter { offset, .. } => *offset,
        }
    }
}

/// Words for what was expected.
struct Expected(Option<AnyKind>);

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(kind) => write!(f, "{} id ({}_...)", kind.noun(), kind.prefix()),
            None => f.write_str("a prefixed id"),
        }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $alias:ident $prefix:literal $name:literal $noun:literal;)*) => {
        /// A kind of resource as a value.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum AnyKind { $($(#[$doc])* $kind,)* }

        impl AnyKind {
            /// Every kind, in the order of the contract's table.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// The text before the underscore.
            #[must_use]
            pub const fn prefix(self) -> &'static str {
                match self { $(Self::$kind => $prefix,)* }
            }

            /// The kind's name in snake case, as in `vendor_document`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            /// The kind with that name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$kind),)* _ => None }
            }

            /// The resource with its article, as in "a vendor".
            #[must_use]
            pub const fn noun(self) -> &'static str {
                match self { $(Self::$kind => $noun,)* }
            }

            /// The kind that `prefix` (without underscore) names.
            #[must_use]
            pub fn from_prefix(prefix: &str) -> Option<Self> {
                match prefix { $($prefix => Some(Self::$kind),)* _ => None }
            }
        }

        /// The kinds as types, which have no values.
        pub mod kind {
            use super::{AnyKind, Kind, sealed};
            $(
                $(#[$doc])*
                #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
                pub enum $kind {}
                impl sealed::Sealed for $kind {}
                impl Kind for $kind { const KIND: AnyKind = AnyKind::$kind; }
            )*
        }

        $(
            #[doc = concat!("The id of ", $noun, ": `", $prefix, "_` and 32 hexadecimal digits.")]
            pub type $alias = Id<kind::$kind>;
        )*
    };
}

kinds! {
    /// An assessment of a vendor.
    Assessment AssessmentId "cbqsrw" "assessment" "an assessment";
    /// A third party whose risk is assessed.
    Vendor VendorId "cbvndr" "vendor" "a vendor";
    /// A product or service of a vendor.
    Service ServiceId "cbsvc" "service" "a service";
    /// A set of controls to evaluate.
    ControlSet ControlSetId "cbctst" "control_set" "a control set";
    /// A person in the organization.
    User UserId "cbuser" "user" "a user";
    /// A document that a vendor supplied.
    VendorDocument VendorDocumentId "cbvdoc" "vendor_document" "a vendor document";
    /// A tracked problem.
    Finding FindingId "cbtask" "finding" "a finding";
    /// One execution of a workflow.
    WorkflowRun WorkflowRunId "cbwr" "workflow_run" "a workflow run";
    /// A workflow as configured.
    WorkflowDefinition WorkflowDefinitionId "cbwd" "workflow_definition" "a workflow definition";
    /// One step of a run.
    WorkflowRunStep WorkflowRunStepId "cbwrs" "workflow_run_step" "a workflow run step";
    /// A building block of a workflow.
    WorkflowComponent WorkflowComponentId "cbwc" "workflow_component" "a workflow component";
    /// The definition of a custom field.
    CustomFieldConfig CustomFieldConfigId "cbcfc" "custom_field_config" "a custom field config";
    /// An organization (tenant).
    Organization OrganizationId "cborg" "organization" "an organization";
    /// A workspace status record.
    WorkspaceStatus WorkspaceStatusId "cbst" "workspace_status" "a workspace status";
    /// A tag.
    Tag TagId "cbtag" "tag" "a tag";
    /// A level of a scale.
    ScaleLevel ScaleLevelId "cbsclvl" "scale_level" "a scale level";
    /// An obligation.
    Obligation ObligationId "cboblg" "obligation" "an obligation";
    /// A webhook subscription.
    WebhookSubscription WebhookSubscriptionId "cbwh" "webhook_subscription" "a webhook subscription";
    /// A webhook event.
    WebhookEvent WebhookEventId "cbevt" "webhook_event" "a webhook event";
    /// One attempt to deliver a webhook event.
    WebhookDelivery WebhookDeliveryId "cbwhd" "webhook_delivery" "a webhook delivery attempt";
    /// An OAuth client.
    OAuthClient OAuthClientId "cbci" "oauth_client" "an OAuth client";
    /// An OAuth token.
    OAuthToken OAuthTokenId "cbat" "oauth_token" "an OAuth token";
    /// An OAuth client secret.
    OAuthSecret OAuthSecretId "cbcs" "oauth_secret" "an OAuth client secret";
    /// A planned repetition of an assessment.
    Reassessment ReassessmentId "cbrsm" "reassessment" "a reassessment";
    /// An assessment plan.
    AssessmentPlan AssessmentPlanId "cbaspl" "assessment_plan" "an assessment plan";
    /// A radar event.
    RadarEvent RadarEventId "cbrevent" "radar_event" "a radar event";
    /// A bill of materials.
    BillOfMaterials BillOfMaterialsId "cbbom" "bill_of_materials" "a bill of materials";
    /// A component of a bill of materials.
    BillOfMaterialsComponent BillOfMaterialsComponentId "cbbomc" "bill_of_materials_component" "a bill of materials component";
    /// An engagement.
    Engagement EngagementId "cbegm" "engagement" "an engagement";
    /// A service-account key; its id is no secret.
    ApiKey ApiKeyId "cbkey" "api_key" "an API key";
    /// A contract record.
    ContractRecord ContractRecordId "cbcontract" "contract_record" "a contract record";
}

impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<K: Kind> FromStr for Id<K> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }
}

impl<K: Kind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text, Some(K::KIND)).map_err(de::Error::custom)?;
        Ok(Self::trusted(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_in_every_place_is_a_digit_or_a_fault_of_its_place() {
        for place in 0..DIGITS {
            for byte in 0..=0x7F_u8 {
                let mut text = format!("cbvndr_{}", "09af".repeat(8)).into_bytes();
                text[7 + place] = byte;
                let text = String::from_utf8(text).unwrap();
                let is_digit = byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
                let expected = if is_digit {
                    Ok(AnyKind::Vendor)
                } else {
                    Err(IdError::BadCharacter {
                        offset: 7 + place,
                        actual: char::from(byte),
                    })
                };
                assert_eq!(parse(&text, None), expected, "{text:?}");
            }
        }
    }

    #[test]
    fn issued_ids_are_lower_case_and_parse_back() {
        let id = VendorId::from_random(0xABC);
        assert_eq!(id.as_str(), "cbvndr_00000000000000000000000000000abc");
        assert_eq!(VendorId::parse(id.as_str()), Ok(id));
    }

    #[test]
    fn capitals_are_refused_with_a_message_that_says_so() {
        let error = VendorId::parse("cbvndr_0000000000000000000000000000000A").unwrap_err();
        assert_eq!(
            error.to_string(),
            "'A' is not a lower-case hexadecimal digit (0-9, a-f)"
        );
    }

    #[test]
    fn every_prefix_is_unique_and_names_its_kind() {
        for &kind in AnyKind::ALL {
            assert_eq!(AnyKind::from_prefix(kind.prefix()), Some(kind));
        }
    }

    #[test]
    fn the_wrong_kind_is_explained_to_a_person() {
        let error = VendorId::parse("cbsvc_61e37ff4d9e534d6009b8810cbda280a").unwrap_err();
        assert_eq!(
            error.to_string(),
            "This is a service id; a vendor id starts with cbvndr_"
        );
    }
}
