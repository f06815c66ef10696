//! What a new assessment is called (4.6).

use crate::limits::MAX_TEXT_LENGTH;
use crate::time::Timestamp;

/// The template used when a request brings none.
const DEFAULT_FORMAT: &str = "{{year}} {{vendor:name}} {{cycle}}";
/// Between the names of several services.
const SERVICE_SEPARATOR: &str = ", ";

/// How the name of a new assessment is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Naming {
    /// The caller's name, trimmed, not blank.
    Given(String),
    /// The caller's template, not empty.
    Format(String),
    /// Neither.
    Default,
}

/// What the tokens of a template stand for.
#[derive(Debug, Clone, Copy)]
pub struct NameFacts<'a> {
    /// The vendor's name: `{{vendor:name}}`.
    pub vendor_name: &'a str,
    /// Names of the services in scope, in request order: `{{service:name}}`.
    pub service_names: &'a [&'a str],
    /// Whether the vendor ever had an assessment, archived ones included: `{{cycle}}`.
    pub assessed_before: bool,
    /// The present: `{{year}}` and `{{date}}`, in UTC.
    pub now: Timestamp,
}

impl Naming {
    /// A name that is not blank wins over a format; an empty format is none.
    #[must_use]
    pub fn choose(name: Option<String>, format: Option<String>) -> Self {
        let name = name.as_deref().map_or("", str::trim);
        match format {
            _ if !name.is_empty() => Self::Given(name.to_owned()),
            Some(format) if !format.is_empty() => Self::Format(format),
            Some(_) | None => Self::Default,
        }
    }

    /// The name itself: never empty, at most [`MAX_TEXT_LENGTH`] code points.
    #[must_use]
    pub fn resolve(&self, facts: NameFacts<'_>) -> String {
        let generated = match self {
            Self::Given(name) => return name.clone(),
            Self::Format(format) => facts.render(format),
            Self::Default => String::new(),
        };
        match tidy(&generated) {
            blank if blank.is_empty() => tidy(&facts.render(DEFAULT_FORMAT)),
            name => name,
        }
    }
}

impl NameFacts<'_> {
    /// Replaces the tokens in one pass: substituted text is not rendered again,
    /// and what is no token stays as written.
    fn render(&self, format: &str) -> String {
        let mut name = String::new();
        let mut rest = format.chars();
        loop {
            let token = Token::ALL
                .iter()
                .find_map(|&token| Some((token, rest.as_str().strip_prefix(token.text())?)));
            if let Some((token, after)) = token {
                self.write(token, &mut name);
                rest = after.chars();
            } else if let Some(character) = rest.next() {
                name.push(character);
            } else {
                return name;
            }
        }
    }

    fn write(&self, token: Token, name: &mut String) {
        match token {
            Token::VendorName => name.push_str(self.vendor_name),
            Token::ServiceName => {
                for (index, service) in self.service_names.iter().enumerate() {
                    if index > 0 {
                        name.push_str(SERVICE_SEPARATOR);
                    }
                    name.push_str(service);
                }
            }
            Token::Cycle if self.assessed_before => name.push_str("reassessment"),
            Token::Cycle => name.push_str("initial"),
            Token::Year => name.extend(self.now.date().to_string().chars().take(4)),
            Token::Date => name.push_str(&self.now.date().to_string()),
        }
    }
}

/// What a template may contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// The vendor's name.
    VendorName,
    /// The names of the services in scope.
    ServiceName,
    /// `initial` or `reassessment`.
    Cycle,
    /// Four digits.
    Year,
    /// `YYYY-MM-DD`.
    Date,
}

impl Token {
    /// Every token.
    pub const ALL: [Self; 5] = [
        Self::VendorName,
        Self::ServiceName,
        Self::Cycle,
        Self::Year,
        Self::Date,
    ];

    /// The token as written in a template.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::VendorName => "{{vendor:name}}",
            Self::ServiceName => "{{service:name}}",
            Self::Cycle => "{{cycle}}",
            Self::Year => "{{year}}",
            Self::Date => "{{date}}",
        }
    }
}

/// Trimmed, then cut to the longest name.
fn tidy(name: &str) -> String {
    name.trim().chars().take(MAX_TEXT_LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTS: NameFacts<'static> = NameFacts {
        vendor_name: "Northwind",
        service_names: &["Cards", "Portal"],
        assessed_before: false,
        now: Timestamp::from_seconds(1_790_500_000),
    };

    fn name(name: Option<&str>, format: Option<&str>) -> String {
        Naming::choose(name.map(Into::into), format.map(Into::into)).resolve(FACTS)
    }

    #[test]
    fn a_given_name_wins_and_is_trimmed() {
        assert_eq!(
            name(Some("\u{2003} Q2 {{year}} \n"), Some("{{date}}")),
            "Q2 {{year}}"
        );
    }

    #[test]
    fn blank_name_counts_as_absent() {
        assert_eq!(name(Some(" \t "), Some("{{year}}")), "2026");
    }

    #[test]
    fn neither_or_an_empty_or_blank_format_gives_the_default() {
        for format in [None, Some(""), Some("   "), Some(" \u{a0}")] {
            assert_eq!(name(None, format), "2026 Northwind initial", "{format:?}");
        }
        let no_services = NameFacts {
            service_names: &[],
            ..FACTS
        };
        let naming = Naming::Format("{{service:name}}".into());
        assert_eq!(naming.resolve(no_services), "2026 Northwind initial");
    }

    #[test]
    fn all_five_tokens_render() {
        assert_eq!(
            name(
                None,
                Some("{{vendor:name}}|{{service:name}}|{{cycle}}|{{year}}|{{date}}")
            ),
            "Northwind|Cards, Portal|initial|2026|2026-09-27"
        );
        let again = NameFacts {
            assessed_before: true,
            ..FACTS
        };
        assert_eq!(
            Naming::Format("{{cycle}}".into()).resolve(again),
            "reassessment"
        );
    }

    #[test]
    fn anything_else_between_braces_stays_as_written() {
        for text in [
            "{{nope}}",
            "{{ year }}",
            "{{Year}}",
            "{year}",
            "{{year",
            "}}{{",
            "{{}}",
            "{{x}}}",
        ] {
            assert_eq!(name(None, Some(text)), text);
        }
        assert_eq!(name(None, Some("{{{year}}}")), "{2026}");
        assert_eq!(name(None, Some("{{a {{year}}")), "{{a 2026");
    }

    #[test]
    fn substituted_text_is_not_rendered_again() {
        let facts = NameFacts {
            vendor_name: "{{year}}",
            ..FACTS
        };
        assert_eq!(
            Naming::Format("{{vendor:name}}".into()).resolve(facts),
            "{{year}}"
        );
        let facts = NameFacts {
            vendor_name: "year}}",
            ..FACTS
        };
        assert_eq!(
            Naming::Format("{{{{vendor:name}}".into()).resolve(facts),
            "{{year}}"
        );
    }

    #[test]
    fn a_generated_name_is_cut_to_255_characters() {
        let facts = NameFacts {
            vendor_name: &"é".repeat(300),
            ..FACTS
        };
        assert_eq!(Naming::Default.resolve(facts).chars().count(), 255);
    }
}
