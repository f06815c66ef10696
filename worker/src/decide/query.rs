//! What the query of a list asks for (15), read as stock FastAPI reads it: of a name that
//! comes twice the last counts, and names that nobody knows do not.

use assessments::assessment::Status;
use assessments::id::OrganizationId;
use assessments::query::{
    DEFAULT_LIMIT, MAX_LIMIT, MAX_SEARCH_LENGTH, Parameter, QueryFault, QueryFaultKind, Sort,
    values_of,
};
use assessments::route::Endpoint;

use super::cursor::{Cursor, Fingerprint};
use super::search::Search;

/// What a list is asked for.
#[derive(Debug)]
pub(crate) struct ListQuery {
    pub(crate) search: Option<Search>,
    pub(crate) status: Option<Status>,
    pub(crate) vendor: Option<String>,
    pub(crate) assignee: Option<String>,
    pub(crate) is_archived: bool,
    pub(crate) sort: Sort,
    pub(crate) limit: u32,
    /// Behind what the page begins.
    pub(crate) cursor: Option<Cursor>,
    /// Whether places are names, and no numbers.
    is_by_name: bool,
    /// Of all that must be the same for every page of a list.
    pub(crate) fingerprint: Fingerprint,
}

impl ListQuery {
    /// Reads the text behind `?`.
    ///
    /// # Errors
    /// Every fault, in the order of the endpoint's parameters.
    pub(crate) fn read(
        endpoint: Endpoint,
        org: &OrganizationId,
        query: &str,
    ) -> Result<Self, Vec<QueryFault>> {
        let mut fingerprint = Fingerprint::of(endpoint.template());
        fingerprint.add(org.as_str());
        let mut read = Self {
            search: None,
            status: None,
            vendor: None,
            assignee: None,
            is_archived: false,
            sort: Sort::CreatedLast,
            limit: DEFAULT_LIMIT,
            cursor: None,
            is_by_name: !matches!(endpoint, Endpoint::ListAssessments),
            fingerprint,
        };
        let mut faults = Vec::new();
        for &parameter in endpoint.query() {
            let Some(value) = last_value(query, parameter.as_str()) else {
                continue;
            };
            if let Err(kind) = read.take(parameter, value) {
                faults.push(QueryFault { parameter, kind });
            }
        }
        if faults.is_empty() {
            Ok(read)
        } else {
            Err(faults)
        }
    }

    fn take(&mut self, parameter: Parameter, value: String) -> Result<(), QueryFaultKind> {
        match parameter {
            Parameter::Limit => {
                self.limit = limit(&value)?;
                return Ok(());
            }
            // The last of an endpoint's parameters, so that all others are known.
            Parameter::Cursor => {
                let cursor = Cursor::read(&value, self.fingerprint, self.is_by_name);
                self.cursor = Some(cursor.ok_or(QueryFaultKind::NotACursor)?);
                return Ok(());
            }
            Parameter::Search => {
                if value.chars().count() > MAX_SEARCH_LENGTH {
                    return Err(QueryFaultKind::TooLong);
                }
                self.search = Search::read(&value);
                self.is_by_name &= self.search.is_none();
            }
            Parameter::Status => {
                let status = Status::ALL.iter().find(|status| status.as_str() == value);
                self.status = Some(*status.ok_or_else(|| not_one_of(parameter))?);
            }
            Parameter::Sort => {
                let sort = Sort::ALL.iter().find(|sort| sort.as_str() == value);
                self.sort = *sort.ok_or_else(|| not_one_of(parameter))?;
            }
            Parameter::Archived => self.is_archived = boolean(&value)?,
            Parameter::VendorId => self.vendor = Some(value.clone()),
            Parameter::AssigneeId => self.assignee = Some(value.clone()),
        }
        self.fingerprint.add(parameter.as_str());
        self.fingerprint.add(&value);
        Ok(())
    }
}

fn not_one_of(parameter: Parameter) -> QueryFaultKind {
    QueryFaultKind::NotOneOf(values_of(parameter).unwrap_or_default())
}

/// A whole number as pydantic reads it from a text.
fn limit(value: &str) -> Result<u32, QueryFaultKind> {
    let number = value.trim();
    // Nothing behind the point but zeros.
    let number = match number.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|digit| digit == b'0') => whole,
        _ => number,
    };
    let (is_negative, digits) = match number.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, number.strip_prefix('+').unwrap_or(number)),
    };
    let are_digits = digits
        .split('_')
        .all(|part| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit()));
    if !are_digits {
        return Err(QueryFaultKind::NotAnInteger);
    }
    let digits = digits.replace('_', "");
    let digits = digits.trim_start_matches('0');
    if is_negative || digits.is_empty() {
        return Err(QueryFaultKind::TooSmall);
    }
    // What has more digits than fit is too large as well.
    digits
        .parse()
        .ok()
        .filter(|number| *number <= MAX_LIMIT)
        .ok_or(QueryFaultKind::TooLarge)
}

/// What pydantic takes for yes and no.
fn boolean(value: &str) -> Result<bool, QueryFaultKind> {
    match value.to_ascii_lowercase().as_str() {
        "1" | "on" | "t" | "true" | "y" | "yes" => Ok(true),
        "0" | "off" | "f" | "false" | "n" | "no" => Ok(false),
        _ => Err(QueryFaultKind::NotABoolean),
    }
}

/// The last value of a name.
fn last_value(query: &str, name: &str) -> Option<String> {
    query.split('&').rev().find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(key) == name).then(|| decoded(value))
    })
}

/// Form-encoded text: `+` is a space, and bytes that are no UTF-8 are replaced.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        match (byte, behind.split_at_checked(2)) {
            (b'+', _) => bytes.push(b' '),
            (b'%', Some((digits, after))) => match hexadecimal(digits) {
                Some(decoded) => {
                    bytes.push(decoded);
                    rest = after;
                }
                None => bytes.push(byte),
            },
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    digits.iter().try_fold(0, |value: u8, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        Some((value << 4) | u8::try_from(digit).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use assessments::query::QueryFaultKind::{
        NotABoolean, NotACursor, NotAnInteger, TooLarge, TooLong, TooSmall,
    };

    use super::*;

    fn read(query: &str) -> Result<ListQuery, Vec<QueryFault>> {
        ListQuery::read(
            Endpoint::ListAssessments,
            &OrganizationId::from_random(1),
            query,
        )
    }

    #[test]
    fn without_parameters_there_are_defaults() {
        for query in ["", "&&", "nobody=knows&this", "Limit=7"] {
            let read = read(query).unwrap();
            assert_eq!((read.limit, read.sort), (25, Sort::CreatedLast), "{query}");
            assert!(!read.is_archived && read.search.is_none() && read.cursor.is_none());
        }
    }

    #[test]
    fn a_limit_is_read_as_pydantic_reads_it() {
        for (text, limit) in [
            ("1", Ok(1)),
            ("100", Ok(100)),
            ("%20%2B7%20", Ok(7)),
            ("1_0", Ok(10)),
            ("007", Ok(7)),
            ("25.0", Ok(25)),
            ("0", Err(TooSmall)),
            ("-3", Err(TooSmall)),
            ("101", Err(TooLarge)),
            ("99999999999999999999", Err(TooLarge)),
            ("", Err(NotAnInteger)),
            ("1.5", Err(NotAnInteger)),
            ("1__0", Err(NotAnInteger)),
            ("ten", Err(NotAnInteger)),
            ("null", Err(NotAnInteger)),
        ] {
            let read = read(&format!("limit={text}"));
            let read = read.map(|read| read.limit).map_err(|faults| faults[0].kind);
            assert_eq!(read, limit, "{text}");
        }
    }

    #[test]
    fn every_fault_is_told_and_of_a_name_that_comes_twice_the_last_counts() {
        let query = format!("q={}&archived=maybe&limit=0&cursor=x", "a".repeat(101));
        let kinds: Vec<_> = read(&query)
            .unwrap_err()
            .iter()
            .map(|fault| fault.kind)
            .collect();
        assert_eq!(kinds, [TooLong, NotABoolean, TooSmall, NotACursor]);
        assert_eq!(read("limit=0&limit=9").unwrap().limit, 9);
        let faults = read("status=completed").unwrap_err();
        assert_eq!(faults[0].parameter, Parameter::Status);
        assert!(faults[0].kind.message().ends_with("'failed' or 'canceled'"));
    }

    #[test]
    fn a_cursor_is_good_for_the_list_that_it_is_of() {
        let first = read("status=failed&limit=2").unwrap();
        let cursor = Cursor::new("1790000000".into(), "cbqsrw_1".into());
        let text = cursor.write(first.fingerprint);
        let next = read(&format!("cursor={text}&limit=5&status=failed")).unwrap();
        assert_eq!(next.cursor, Some(cursor));
        for other in ["", "&status=created", "&status=failed&archived=true"] {
            let faults = read(&format!("cursor={text}{other}")).unwrap_err();
            assert_eq!(faults[0].kind, NotACursor, "{other}");
        }
        let theirs = OrganizationId::from_random(2);
        let query = format!("status=failed&cursor={text}");
        assert!(ListQuery::read(Endpoint::ListAssessments, &theirs, &query).is_err());
    }

    #[test]
    fn text_is_decoded_as_forms_encode_it() {
        for (text, expected) in [
            ("a+b%20c", "a b c"),
            ("%C3%A9%e9", "é\u{fffd}"),
            ("%", "%"),
            ("%4", "%4"),
            ("%zz%41", "%zzA"),
        ] {
            assert_eq!(decoded(text), expected);
        }
    }
}
