//! What is searched for, as SQLite's full-text index takes it: nothing of what a caller
//! writes has a meaning of its own there.

/// Characters of a word that count: the index has an entry for each prefix of that length
/// (`migrations/0011_dashboard.sql`), and a longer one would be looked for in the words of
/// everyone.
const WORD_LENGTH: usize = 20;
/// What an assessment's id begins with, and how many of the digits behind it are words.
const ID_PREFIX: &str = "cbqsrw_";
const ID_DIGITS: usize = 8;

/// Words that must all be there, each as the beginning of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Search {
    /// The expression for the index.
    pub(crate) expression: String,
    /// What the assessment's id must begin with.
    pub(crate) id_prefix: Option<String>,
}

impl Search {
    /// Reads what a caller wrote; `None` if that is blank.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut words: Vec<String> = Vec::new();
        let mut id_prefix: Option<String> = None;
        for part in text.split_whitespace() {
            if let Some((prefix, digits)) = id_beginning(part) {
                words.push(digits);
                id_prefix = Some(prefix);
                continue;
            }
            // The index parts words at these and at others: what is left here in one is
            // there a phrase.
            let is_between = |c: char| c.is_ascii_punctuation() || c.is_control();
            words.extend(
                part.split(is_between)
                    .filter(|word| !word.is_empty())
                    .map(|word| word.chars().map(folded).take(WORD_LENGTH).collect()),
            );
        }
        if words.is_empty() && text.trim().is_empty() {
            return None;
        }
        let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"*")).collect();
        Some(Self {
            // Where there is no word in a text, nothing begins with it.
            expression: if quoted.is_empty() {
                "\"\"".to_owned()
            } else {
                quoted.join(" ")
            },
            id_prefix,
        })
    }
}

/// The beginning of an assessment's id, and of its digits.
fn id_beginning(text: &str) -> Option<(String, String)> {
    let lower = text.to_ascii_lowercase();
    let digits = lower.strip_prefix(ID_PREFIX)?;
    let is_hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    (is_hexadecimal && !digits.is_empty())
        .then(|| (lower.clone(), digits.chars().take(ID_DIGITS).collect()))
}

/// A letter without its accent, where the index's tokenizer would leave it: the trigger
/// `search_words_insert` does the same to what is found.
const fn folded(letter: char) -> char {
    match letter {
        'Ά' | 'ά' => 'α',
        'Έ' | 'έ' => 'ε',
        'Ή' | 'ή' => 'η',
        'Ί' | 'ί' | 'Ϊ' | 'ϊ' | 'ΐ' => 'ι',
        'Ό' | 'ό' => 'ο',
        'Ύ' | 'ύ' | 'Ϋ' | 'ϋ' | 'ΰ' => 'υ',
        'Ώ' | 'ώ' => 'ω',
        'Ё' | 'ё' => 'е',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expression(text: &str) -> Option<String> {
        Search::read(text).map(|search| search.expression)
    }

    #[test]
    fn what_has_a_meaning_in_the_index_is_plain_text() {
        for (text, expected) in [
            ("north", Some("\"north\"*")),
            (" A  B ", Some("\"A\"* \"B\"*")),
            ("\"a\" OR b*", Some("\"a\"* \"OR\"* \"b\"*")),
            ("NEAR(a b, 2)", Some("\"NEAR\"* \"a\"* \"b\"* \"2\"*")),
            ("words:x -y ^z", Some("\"words\"* \"x\"* \"y\"* \"z\"*")),
            ("a\u{0}b", Some("\"a\"* \"b\"*")),
            ("-", Some("\"\"")),
            ("", None),
            (" \t\u{a0}", None),
        ] {
            assert_eq!(expression(text).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_word_counts_to_the_length_of_the_index() {
        assert_eq!(
            expression("Datenschutzfolgenabschätzung").unwrap(),
            "\"Datenschutzfolgenabs\"*"
        );
    }

    #[test]
    fn an_id_is_found_by_its_beginning() {
        let search = Search::read("CBQSRW_0128E42C9f x").unwrap();
        assert_eq!(search.expression, "\"0128e42c\"* \"x\"*");
        assert_eq!(search.id_prefix.as_deref(), Some("cbqsrw_0128e42c9f"));
        // What only looks like one is words.
        let search = Search::read("cbqsrw_ cbqsrw_xyz").unwrap();
        assert_eq!(search.expression, "\"cbqsrw\"* \"cbqsrw\"* \"xyz\"*");
        assert_eq!(search.id_prefix, None);
    }

    #[test]
    fn the_index_folds_the_same_letters() {
        let migration = include_str!("../../migrations/0011_dashboard.sql");
        let pairs = migration.split(", '").collect::<Vec<_>>();
        let letters = pairs.windows(2).filter_map(|pair| {
            let from = pair[0].strip_suffix('\'')?;
            let to = pair[1].split('\'').next()?;
            let one = |text: &str| {
                let mut letters = text.chars();
                letters.next().filter(|_| letters.next().is_none())
            };
            Some((one(from)?, one(to)?))
        });
        let letters: Vec<_> = letters.filter(|(from, _)| !from.is_ascii()).collect();
        assert_eq!(letters.len(), 22);
        for (from, to) in letters {
            assert_eq!(folded(from), to, "{from}");
        }
        let all = (0x80..0x500).filter_map(char::from_u32);
        assert_eq!(all.filter(|letter| folded(*letter) != *letter).count(), 22);
    }
}
