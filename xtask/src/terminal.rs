//! What is printed for people and for programs.

use std::io::{ErrorKind, Write};

use anyhow::{Context, Result};

/// Prints a line. Whoever stops reading, as `head` does, has read enough.
pub(crate) fn print(line: &str) -> Result<()> {
    let mut output = std::io::stdout().lock();
    match writeln!(output, "{line}").and_then(|()| output.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.context("standard output"),
    }
}

/// Lines of columns as wide as their widest cell, under their headings. What could
/// steer a terminal is shown escaped: names come from whoever imported them.
pub(crate) fn table<const N: usize>(
    headings: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut lines = vec![headings.map(str::to_owned)];
    lines.extend(rows.into_iter().map(|row| row.map(|cell| printable(&cell))));
    let mut widths = [0; N];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    let lines = lines.iter().map(|line| {
        let cells = line.iter().zip(widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        cells.join("  ").trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A text without what could steer a terminal.
pub(crate) fn printable(text: &str) -> String {
    let escaped = text.chars().flat_map(|character| {
        let is_plain = !character.is_control() && !is_invisible(character);
        let escaped = (!is_plain).then(|| character.escape_unicode());
        let plain = is_plain.then_some(character);
        plain.into_iter().chain(escaped.into_iter().flatten())
    });
    escaped.collect()
}

/// Characters that change the order or the look of those around them.
const fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["a", "long", ""], ["über", "b", "c"]].map(|row| row.map(str::to_owned));
        assert_eq!(
            table(["x", "y", "z"], rows),
            "x     y     z\na     long\nüber  b     c"
        );
    }

    #[test]
    fn what_could_steer_a_terminal_is_escaped() {
        assert_eq!(
            printable("a\u{1b}[2J\nb\u{202e}é"),
            "a\\u{1b}[2J\\u{a}b\\u{202e}é"
        );
    }
}
