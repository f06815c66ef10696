//! Stable names of what can go wrong, as closed sets, and what reads its sentences.

/// Defines a closed set of stable names.
macro_rules! codes {
    ($(
        $(#[$meta:meta])*
        pub enum $name:ident { $($variant:ident = $value:literal,)* }
    )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $(#[doc = concat!("`", $value, "`")] $variant,)* }

        impl $name {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $value,)* }
            }
        }
    )*};
}
pub(crate) use codes;

/// The number that a sentence ends with. Whoever asks compares what would be
/// written of it, so it does not matter what becomes of one that is too large.
pub(crate) fn number_at_end(text: &str) -> usize {
    let digits = text.bytes().rev().take_while(u8::is_ascii_digit).count();
    let number = text.get(text.len() - digits..).unwrap_or_default();
    number.bytes().fold(0, |value: usize, digit| {
        value
            .wrapping_mul(10)
            .wrapping_add(usize::from(digit - b'0'))
    })
}
