//! JavaScript values as JSON, as they were handed over.

use std::cell::Cell;
use std::ops::ControlFlow;

use crate::json::{Json, JsonKind};

/// What is written for a value that is no string. A string is the number of its
/// bytes, then their position in the text.
mod mark {
    pub(super) const NULL: i32 = -1;
    pub(super) const BOOLEAN: i32 = -2;
    /// Then the halves of its 64 bits, the lower first.
    pub(super) const NUMBER: i32 = -3;
    /// A string that is no Unicode text, which no JSON spells; then a word of no meaning.
    pub(super) const ILL_FORMED: i32 = -4;
    /// Then its entries, how many words those take that were read, and these.
    pub(super) const LIST: i32 = -5;
    /// Then how many words its members take, and these: a key, a value, and so on.
    pub(super) const OBJECT: i32 = -6;
    /// Then how many words its members take, and these: the values of the fields of
    /// a request, in model order.
    pub(super) const REQUEST: i32 = -7;
    /// A member that is not there.
    pub(super) const ABSENT: i32 = -8;
    /// A number whose value nobody asks for.
    pub(super) const NUMERIC: i32 = -10;
}

/// A value that was handed over. What JSON has no notion of is right nowhere, as an
/// object is, so an object of no members stands for it.
#[derive(Clone, Copy)]
pub(super) struct Handed<'a> {
    words: &'a [i32],
    text: &'a str,
    /// Where to tell of the first list that is longer than what was read of it, and
    /// whose next item would have been looked at: what [`Self::remaining`] is there.
    cut: Option<&'a Cell<usize>>,
}

impl<'a> Handed<'a> {
    pub(super) const fn first(words: &'a [i32], text: &'a str) -> Self {
        Self {
            words,
            text,
            cut: None,
        }
    }

    /// The value behind this one.
    pub(super) fn next(self) -> Self {
        self.at(self.length())
    }

    /// The same, which tells of a list that was not read far enough.
    pub(super) const fn telling(self, cut: &'a Cell<usize>) -> Self {
        Self {
            cut: Some(cut),
            ..self
        }
    }

    /// How many words there are from here on, which tells a value from its siblings.
    pub(super) const fn remaining(&self) -> usize {
        self.words.len()
    }

    fn at(self, start: usize) -> Self {
        Self {
            words: self.words.get(start..).unwrap_or_default(),
            ..self
        }
    }

    fn word(self, index: usize) -> i32 {
        self.words.get(index).copied().unwrap_or(mark::ABSENT)
    }

    fn count(self, index: usize) -> usize {
        usize::try_from(self.word(index)).unwrap_or_default()
    }

    /// How many words the value takes.
    fn length(self) -> usize {
        match self.word(0) {
            0.. | mark::ILL_FORMED => 2,
            mark::NUMBER => 3,
            mark::LIST => 3 + self.count(2),
            mark::OBJECT | mark::REQUEST => 2 + self.count(1),
            _ => 1,
        }
    }

    /// The value behind the last key of this name, of keys and values from here on.
    fn member_called(mut self, name: &str) -> Option<Self> {
        let mut found = None;
        while !self.words.is_empty() {
            let value = self.next();
            if self.text() == Some(name) {
                found = Some(value);
            }
            self = value.next();
        }
        found
    }

    fn is_absent(self) -> bool {
        self.word(0) == mark::ABSENT
    }
}

impl<'a> Json for Handed<'a> {
    type Text = &'a str;

    fn kind(&self) -> JsonKind {
        match self.word(0) {
            0.. | mark::ILL_FORMED => JsonKind::String,
            mark::NULL => JsonKind::Null,
            mark::BOOLEAN => JsonKind::Boolean,
            mark::NUMBER | mark::NUMERIC => JsonKind::Number,
            mark::LIST => JsonKind::Array,
            _ => JsonKind::Object,
        }
    }

    fn text(&self) -> Option<&'a str> {
        let length = usize::try_from(self.word(0)).ok()?;
        self.text.get(self.count(1)..)?.get(..length)
    }

    #[expect(
        clippy::cast_sign_loss,
        reason = "the words are the bits of the number"
    )]
    fn number(&self) -> Option<f64> {
        let half = |index| u64::from(self.word(index) as u32);
        (self.word(0) == mark::NUMBER).then(|| f64::from_bits((half(2) << 32) | half(1)))
    }

    #[expect(clippy::cast_sign_loss, reason = "a list may have 2^32 - 1 entries")]
    fn each_item(&self, visit: &mut dyn FnMut(Self) -> ControlFlow<()>) -> usize {
        if self.word(0) != mark::LIST {
            return 0;
        }
        let entries = self.word(1) as u32 as usize;
        let mut items = self.at(3);
        items.words = items.words.get(..self.count(2)).unwrap_or_default();
        let mut read = 0;
        while !items.words.is_empty() {
            read += 1;
            if visit(items).is_break() {
                return entries;
            }
            items = items.next();
        }
        if let Some(cut) = self.cut
            && read < entries
            && cut.get() == 0
        {
            cut.set(self.remaining());
        }
        entries
    }

    fn members(&self, names: &[&'static str]) -> Option<Vec<Option<Self>>> {
        let mut members = vec![None; names.len()];
        let is_object = self.each_member(names, &mut |index, value| {
            if let Some(member) = members.get_mut(index) {
                *member = value;
            }
        });
        is_object.then_some(members)
    }

    fn each_member(
        &self,
        names: &[&'static str],
        visit: &mut dyn FnMut(usize, Option<Self>),
    ) -> bool {
        let mut rest = self.at(2);
        rest.words = rest.words.get(..self.count(1)).unwrap_or_default();
        match self.word(0) {
            mark::REQUEST => {
                for index in 0..names.len() {
                    visit(index, (!rest.is_absent()).then_some(rest));
                    rest = rest.next();
                }
                true
            }
            mark::OBJECT => {
                for (index, name) in names.iter().enumerate() {
                    visit(index, rest.member_called(name));
                }
                true
            }
            _ => false,
        }
    }
}
