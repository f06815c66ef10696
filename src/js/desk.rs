//! Where values are handed over, in both directions.

use std::cell::RefCell;
use std::fmt::{Display, Write as _};

use wasm_bindgen::prelude::wasm_bindgen;

use super::handed::Handed;

thread_local! {
    static DESK: RefCell<Desk> = const { RefCell::new(Desk::new()) };
}

/// Memory that JavaScript writes to before a call, and reads from after it.
struct Desk {
    /// First the bytes that the strings take, then the values (see [`Handed`]).
    words: Vec<i32>,
    /// The strings in UTF-8, one behind the other.
    bytes: Vec<u8>,
    told: Told,
}

impl Desk {
    const fn new() -> Self {
        Self {
            words: Vec::new(),
            bytes: Vec::new(),
            told: Told {
                words: Vec::new(),
                text: String::new(),
            },
        }
    }
}

/// Makes room for so many words and bytes, keeping what is there: the address of
/// the words, of which the first is then the address of the bytes.
#[wasm_bindgen]
pub fn reserve(words: usize, bytes: usize) -> *const i32 {
    DESK.with_borrow_mut(|desk| {
        desk.words.resize(words.max(desk.words.len()).max(1), 0);
        desk.bytes.resize(bytes.max(desk.bytes.len()), 0);
        let address = desk.bytes.as_ptr().addr();
        if let Some(first) = desk.words.first_mut() {
            *first = word(address);
        }
        desk.words.as_ptr()
    })
}

/// Does `work` on the first of the values that were handed over; those behind it
/// are [`Handed::next`]. What `work` tells has an address, null if it told nothing.
pub(super) fn with_handed(work: impl FnOnce(Handed<'_>, &mut Told)) -> *const i32 {
    DESK.with_borrow_mut(|Desk { words, bytes, told }| {
        told.words.clear();
        told.text.clear();
        work(first(words, bytes), told);
        told.finish()
    })
}

/// What `work` finds out of the first of the values that were handed over.
pub(super) fn look<T>(work: impl FnOnce(Handed<'_>) -> T) -> T {
    DESK.with_borrow(|Desk { words, bytes, .. }| work(first(words, bytes)))
}

fn first<'a>(words: &'a [i32], bytes: &'a [u8]) -> Handed<'a> {
    let (end, values) = words.split_first().unwrap_or((&0, &[]));
    let end = usize::try_from(*end).unwrap_or_default();
    let text = bytes.get(..end).unwrap_or_default();
    // JavaScript's encoder writes nothing but UTF-8.
    Handed::first(values, std::str::from_utf8(text).unwrap_or_default())
}

/// What is told of a call: values in their order, which the other side knows.
pub(super) struct Told {
    /// The address and length of the text, how many words there are, then of each
    /// value what it is: the bytes that a text takes; or a mark, and for a number
    /// its value.
    words: Vec<i32>,
    /// The texts, one behind the other.
    text: String,
}

impl Told {
    /// Marks of what is no text.
    const NOTHING: i32 = -1;
    const NUMBER: i32 = -2;
    /// Words before the first value.
    const HEADER: [i32; 3] = [0; 3];

    /// A word that the other side knows the meaning of.
    pub(super) fn mark(&mut self, word: i32) {
        if self.words.is_empty() {
            self.words.extend(Self::HEADER);
        }
        self.words.push(word);
    }

    /// Makes room for so many words at once.
    pub(super) fn reserve(&mut self, words: usize) {
        self.words.reserve_exact(words);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.mark(word(text.len()));
        self.text.push_str(text);
    }

    /// The text that a value is shown as.
    pub(super) fn shown(&mut self, value: &impl Display) {
        let start = self.text.len();
        // Writing to a string cannot fail.
        let _ = write!(self.text, "{value}");
        self.mark(word(self.text.len() - start));
    }

    pub(super) fn number(&mut self, number: usize) {
        self.mark(Self::NUMBER);
        self.mark(word(number));
    }

    pub(super) fn nothing(&mut self) {
        self.mark(Self::NOTHING);
    }

    fn finish(&mut self) -> *const i32 {
        let words = word(self.words.len());
        let Some(header) = self.words.first_chunk_mut() else {
            return std::ptr::null();
        };
        *header = [
            word(self.text.as_ptr().addr()),
            word(self.text.len()),
            words,
        ];
        self.words.as_ptr()
    }
}

/// A number as JavaScript reads it; no address, length or position in a memory of
/// 32 bits is lost.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "JavaScript reads the bits as an unsigned number where it matters"
)]
pub(super) const fn word(number: usize) -> i32 {
    number as u32 as i32
}
