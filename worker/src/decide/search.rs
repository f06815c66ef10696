//! What is searched for, as SQLite's full-text index takes it: nothing of what a caller
//! writes has a meaning of its own there.

/// Characters of a word that count: the index has an entry for each prefix of that length
/// (`migrations/0011_dashboard.sql`), and a longer one would be looked for in the words of
/// everyone.
const WORD_LENGTH: usize = 20;
/// What an assessment's id begins with, and how many of the digits behind it are words.
const ID_PREFIX: &str = "cbqsrw_";
const ID_DIGITS: usize = 8;

/// Words of a search that count, the longest of them: each is a look at the index for every
/// row that a page walks over.
pub(crate) const MAX_WORDS: usize = 5;

/// Words that must all be there, each as the beginning of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Search {
    /// The longest word, as an expression for the index, along whose matches a page is
    /// walked. Several words in one would have SQLite look for where they meet in the words
    /// of everyone.
    pub(crate) expression: String,
    /// The others, by which what was found is looked at again.
    pub(crate) others: Vec<String>,
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
            let part = part.strip_prefix(ID_PREFIX).unwrap_or(part);
            words.extend(
                part.split(is_between)
                    .filter(|word| !word.is_empty())
                    .map(|word| word.chars().map(folded).take(WORD_LENGTH).collect()),
            );
        }
        if words.is_empty() && text.trim().is_empty() {
            return None;
        }
        // The longer a word, the fewer begin with it.
        words.sort_by_key(|word: &String| std::cmp::Reverse(word.chars().count()));
        words.dedup();
        words.truncate(MAX_WORDS);
        let mut quoted = words.iter().map(|word| format!("\"{word}\"*"));
        Some(Self {
            // Where there is no word in a text, nothing begins with it.
            expression: quoted.next().unwrap_or_else(|| "\"\"".to_owned()),
            others: quoted.collect(),
            id_prefix,
        })
    }

    /// The other words as JSON, as SQLite unpacks them; none, if there are no others.
    pub(crate) fn others_as_json(&self) -> Option<String> {
        let others = serde_json::to_string(&self.others).ok()?;
        (!self.others.is_empty()).then_some(others)
    }
}

/// Whether the index parts words here: at what is no letter and no digit, nor an accent that
/// is a character of its own. What is left in one word although the index parts it, as the
/// vowel signs of some scripts, is there a phrase.
fn is_between(character: char) -> bool {
    let is_accent = matches!(
        character,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
    );
    !character.is_alphanumeric() && !is_accent
}

/// The beginning of an assessment's id, and of its digits; so many digits that they are no
/// word of an index may stand without their prefix.
fn id_beginning(text: &str) -> Option<(String, String)> {
    let lower = text.to_ascii_lowercase();
    let prefixed = lower.strip_prefix(ID_PREFIX);
    let digits = prefixed.unwrap_or(&lower);
    let is_hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let is_id = prefixed.is_some() || digits.len() > ID_DIGITS;
    (is_hexadecimal && is_id && !digits.is_empty()).then(|| {
        let beginning = digits.chars().take(ID_DIGITS).collect();
        (format!("{ID_PREFIX}{digits}"), beginning)
    })
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
        'Й' | 'й' => 'и',
        'Ї' | 'ї' => 'і',
        'Ў' | 'ў' => 'у',
        'Ѓ' | 'ѓ' => 'г',
        'Ќ' | 'ќ' => 'к',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expression(text: &str) -> Option<String> {
        Search::read(text).map(|search| {
            let words = std::iter::once(search.expression).chain(search.others);
            words.collect::<Vec<_>>().join(" ")
        })
    }

    #[test]
    fn what_has_a_meaning_in_the_index_is_plain_text() {
        for (text, expected) in [
            ("north", Some("\"north\"*")),
            (" A  B ", Some("\"A\"* \"B\"*")),
            ("\"a\" OR b*", Some("\"OR\"* \"a\"* \"b\"*")),
            ("NEAR(a b, 2)", Some("\"NEAR\"* \"a\"* \"b\"* \"2\"*")),
            ("words:x -y ^z", Some("\"words\"* \"x\"* \"y\"* \"z\"*")),
            ("a\u{0}b", Some("\"a\"* \"b\"*")),
            ("alpha\u{b7}be", Some("\"alpha\"* \"be\"*")),
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
    fn the_longest_words_count_each_once() {
        let search = Search::read("a bb a ccc dddd eeeee ffffff").unwrap();
        assert_eq!(search.expression, "\"ffffff\"*");
        assert_eq!(
            search.others,
            ["\"eeeee\"*", "\"dddd\"*", "\"ccc\"*", "\"bb\"*"]
        );
        assert_eq!(Search::read("a a").unwrap().others_as_json(), None);
    }

    #[test]
    fn an_id_is_found_by_its_beginning() {
        let search = Search::read("CBQSRW_0128E42C9f x").unwrap();
        assert_eq!(search.expression, "\"0128e42c\"*");
        assert_eq!(search.others_as_json().unwrap(), r#"["\"x\"*"]"#);
        assert_eq!(search.id_prefix.as_deref(), Some("cbqsrw_0128e42c9f"));
        // So many digits are one without its prefix, too.
        let search = Search::read("0128e42c9").unwrap();
        assert_eq!(search.id_prefix.as_deref(), Some("cbqsrw_0128e42c9"));
        assert_eq!(Search::read("0128e42c").unwrap().id_prefix, None);
        // What only looks like one is words.
        let search = Search::read("cbqsrw_ cbqsrw_xyz").unwrap();
        assert_eq!(search.expression, "\"xyz\"*");
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
        assert_eq!(letters.len(), 32);
        for (from, to) in letters {
            assert_eq!(folded(from), to, "{from}");
        }
        let all = (0x80..0x500).filter_map(char::from_u32);
        assert_eq!(all.filter(|letter| folded(*letter) != *letter).count(), 32);
    }
}
