//! Values inside SQL: wrangler takes text only, so they cannot be bound. This is the
//! one place that quotes them.

use serde_json::Value;

/// `template` with `?1` replaced by the first value, and so on. A value that is not
/// given leaves its `?` for the database to refuse.
pub(crate) fn bind(template: &str, values: &[Value]) -> String {
    let mut parts = template.split('?');
    let mut sql = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(part.len());
        let (number, rest) = part.split_at_checked(end).unwrap_or((part, ""));
        let number: Option<usize> = number.parse().ok();
        let value = number.and_then(|number| values.get(number.checked_sub(1)?));
        match value {
            Some(value) => sql.push_str(&literal(value)),
            None => {
                sql.push('?');
                sql.push_str(part);
                continue;
            }
        }
        sql.push_str(rest);
    }
    sql
}

/// A value in SQL: lists and objects become JSON text. A text is written as JSON too,
/// which escapes line breaks and NUL characters.
fn literal(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Bool(value) => i32::from(*value).to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(_) => format!("('{}' ->> '$')", quoted(&value.to_string())),
        Value::Array(_) | Value::Object(_) => format!("'{}'", quoted(&value.to_string())),
    }
}

/// JSON as it stands between the quotation marks of an SQL literal; the words that
/// wrangler takes for SQL of its own are escaped.
pub(crate) fn quoted(json: &str) -> String {
    json.replace('\'', "''")
        .replace("BEGIN TRANSACTION", "BEGIN\\u0020TRANSACTION")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_text_cannot_end_its_literal() {
        let sql = bind(
            "SELECT ?1",
            &[json!("'; DROP TABLE users; --\n\u{0} \"x\" \\")],
        );
        assert_eq!(
            sql,
            r#"SELECT ('"''; DROP TABLE users; --\n\u0000 \"x\" \\"' ->> '$')"#
        );
    }

    #[test]
    fn values_are_found_by_number_and_never_read_again() {
        let values: Vec<Value> = (1..=11).map(|n| json!(format!("?{n}"))).collect();
        assert_eq!(
            bind("?11, ?2 IS ?1", &values),
            r#"('"?11"' ->> '$'), ('"?2"' ->> '$') IS ('"?1"' ->> '$')"#
        );
    }

    #[test]
    fn what_is_not_given_stays_for_the_database_to_refuse() {
        assert_eq!(bind("?1 ?2 ?", &[json!(7)]), "7 ?2 ?");
        assert_eq!(bind("?0", &[json!(7)]), "?0");
    }

    #[test]
    fn numbers_nothing_and_lists_have_literals_of_their_own() {
        let values = [json!(null), json!(true), json!(-5), json!(["it's"])];
        assert_eq!(bind("?1 ?2 ?3 ?4", &values), r#"NULL 1 -5 '["it''s"]'"#);
    }

    #[test]
    fn words_that_wrangler_takes_for_its_own_are_escaped() {
        let sql = bind("?1", &[json!("BEGIN TRANSACTION; COMMIT;")]);
        assert!(!sql.contains("BEGIN TRANSACTION"));
    }
}
