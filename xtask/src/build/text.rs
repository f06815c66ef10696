//! A module as text, for scripts that have it inside.
//!
//! Base64 costs a third more, and half of that after compression, for it tears bytes
//! apart: where the same instructions come again, its characters differ. Here each of
//! the commonest bytes is one character and each other byte is two, so what repeats in
//! the module repeats in the text.
//!
//! Only characters are used that every tool writes as they are: no control character, no
//! quote or backslash, nothing beyond ASCII, so that neither a minifier's taste nor a
//! page's charset can change or lengthen them. `pkg/src/packed.js` makes bytes of it.

/// Printable characters that would have to be written otherwise in some literal, or
/// would end the element that a page has a script in.
const LEFT_OUT: &[u8] = b"\"'`$\\<";
/// How many characters at the end of the alphabet begin a pair.
const ESCAPES: usize = 2;

/// The characters of the text, in ascending order.
fn alphabet() -> Vec<u8> {
    (b' '..=b'~')
        .filter(|character| !LEFT_OUT.contains(character))
        .collect()
}

/// First come 64 hexadecimal digits, which tell of four byte values each, beginning with
/// the lowest bit, whether they are one character. Those of them that are characters of
/// the alphabet stand for themselves; the others, in ascending order, for the
/// characters that are left. All other bytes, in ascending order, are the pairs.
pub(super) fn encode(module: &[u8]) -> String {
    let alphabet = alphabet();
    let (singles, escapes) = alphabet.split_at(alphabet.len() - ESCAPES);
    let common = commonest(module, singles.len());
    let is_common = |byte: u8| common.binary_search(&byte).is_ok();

    let mut left = singles.iter().filter(|single| !is_common(**single));
    let mut pairs = escapes
        .iter()
        .flat_map(|escape| alphabet.iter().map(move |second| [*escape, *second]));
    let codes: Vec<String> = (u8::MIN..=u8::MAX)
        .map(|byte| {
            let code = if !is_common(byte) {
                pairs.next().map(Vec::from)
            } else if singles.contains(&byte) {
                Some(vec![byte])
            } else {
                left.next().map(|single| vec![*single])
            };
            code.unwrap_or_default()
                .into_iter()
                .map(char::from)
                .collect()
        })
        .collect();

    let all: Vec<u8> = (u8::MIN..=u8::MAX).collect();
    let digits = all.chunks(4).map(|bytes| {
        let bits = bytes.iter().rev();
        bits.fold(0, |digit, byte| digit * 2 + u32::from(is_common(*byte)))
    });
    digits
        .filter_map(|digit| char::from_digit(digit, 16))
        .map(String::from)
        .chain(
            module
                .iter()
                .filter_map(|byte| codes.get(usize::from(*byte)).cloned()),
        )
        .collect()
}

/// The bytes that there are most of, in ascending order.
fn commonest(module: &[u8], count: usize) -> Vec<u8> {
    let mut found = [0_usize; 256];
    for byte in module {
        if let Some(count) = found.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let mut by_count: Vec<(usize, u8)> = found.into_iter().zip(u8::MIN..=u8::MAX).collect();
    by_count.sort_by_key(|(count, byte)| (std::cmp::Reverse(*count), *byte));
    let mut common: Vec<u8> = by_count
        .into_iter()
        .take(count)
        .map(|(_, byte)| byte)
        .collect();
    common.sort_unstable();
    common
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes of a text, from what its documentation says.
    fn decode(text: &str) -> Vec<u8> {
        let alphabet = alphabet();
        let (bits, body) = text.split_at(64);
        let is_single = |byte: u8| {
            let digit = bits.chars().nth(usize::from(byte / 4)).unwrap();
            digit.to_digit(16).unwrap() >> (byte % 4) & 1 == 1
        };
        let plain = &alphabet[..alphabet.len() - 2];
        let all = || u8::MIN..=u8::MAX;
        let left: Vec<u8> = all()
            .filter(|b| is_single(*b) && !plain.contains(b))
            .collect();
        let pairs: Vec<u8> = all().filter(|byte| !is_single(*byte)).collect();
        let place = |among: &[u8], one: u8| among.iter().position(|other| *other == one).unwrap();
        let mut characters = body.bytes();
        let mut bytes = Vec::new();
        while let Some(first) = characters.next() {
            bytes.push(if !plain.contains(&first) {
                let half = place(&alphabet[plain.len()..], first) * alphabet.len();
                pairs[half + place(&alphabet, characters.next().unwrap())]
            } else if is_single(first) {
                first
            } else {
                let unused: Vec<u8> = plain.iter().copied().filter(|b| !is_single(*b)).collect();
                left[place(&unused, first)]
            });
        }
        bytes
    }

    fn assert_travels(module: &[u8]) {
        let text = encode(module);
        assert!(
            text.bytes()
                .all(|character| alphabet().contains(&character))
        );
        assert_eq!(decode(&text), module);
    }

    #[test]
    fn every_byte_travels_whatever_is_common() {
        let all: Vec<u8> = (u8::MIN..=u8::MAX).collect();
        assert_travels(&[]);
        assert_travels(&all);
        for common in [0..90, 30..120, 100..190, 166..255] {
            assert_travels(&[all.clone(), common.collect()].concat());
        }
        let every_third: Vec<u8> = all.iter().copied().filter(|byte| byte % 3 == 0).collect();
        assert_travels(&[all, every_third].concat());
    }

    #[test]
    fn what_is_common_is_one_character_and_all_else_two() {
        let text = encode(&[0; 1_000]);
        assert_eq!(text.len(), 64 + 1_000);
        let many: Vec<u8> = (0..87).cycle().take(870).chain(200..210).collect();
        assert_eq!(encode(&many).len(), 64 + 870 + 2 * 10);
    }
}
