//! Names between a module and its glue. wasm-bindgen's are long, end in hashes and stand
//! in both, and nobody reads them there.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::wasm::wasm_opt;

/// What wasm-opt says of names that it has made short.
#[derive(Deserialize)]
struct Shortened {
    /// Module, name, new name.
    imports: Vec<(String, String, String)>,
    /// Name, new name.
    exports: Vec<(String, String)>,
}

/// wasm-opt gives all modules that anything is imported of this name.
const IMPORTED: &str = "a";

/// Gives the imports and exports of a module names of a letter or two, in the module
/// and in its glue.
pub(super) fn shorten(module: &Path, glue: &Path) -> Result<()> {
    let said = wasm_opt(module, &["--minify-imports-and-exports-and-modules"])?;
    let names: Shortened = serde_json::from_str(&said).context("names that wasm-opt made")?;
    let code = fs::read_to_string(glue).with_context(|| glue.display().to_string())?;
    fs::write(glue, renamed(&code, names)?).with_context(|| glue.display().to_string())
}

/// The glue with the new names. It lists imports as members of objects, each once, and
/// reads exports as members of `wasm`.
fn renamed(code: &str, names: Shortened) -> Result<String> {
    let mut code = code.to_owned();
    let mut replace = |old: String, new: String| {
        if code.matches(&old).count() != 1 {
            bail!("the glue does not have `{old}` once");
        }
        code = code.replace(&old, &new);
        Ok(())
    };
    let mut modules: Vec<&String> = names.imports.iter().map(|(module, ..)| module).collect();
    modules.dedup();
    for module in modules {
        replace(format!("\"{module}\": "), format!("\"{IMPORTED}\": "))?;
    }
    for (_, name, new) in &names.imports {
        replace(format!(" {name}: "), format!(" {new}: "))?;
    }

    const MEMBER: &str = "wasm.";
    let exports: HashMap<String, String> = names.exports.into_iter().collect();
    let mut pieces = code.split(MEMBER);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let is_of_name = |character: char| character.is_alphanumeric() || "_$".contains(character);
        let end = piece.find(|character| !is_of_name(character));
        let (name, rest) = piece.split_at(end.unwrap_or(piece.len()));
        out.push_str(MEMBER);
        out.push_str(exports.get(name).map_or(name, String::as_str));
        out.push_str(rest);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Shortened {
        serde_json::from_str(
            r#"{
                "imports": [["./a_bg.js", "__wbg_get_1", "A"], ["./a_bg.js", "__wbg_get_12", "b"]],
                "exports": [["memory", "c"], ["is", "d"], ["unused", "e"]]
            }"#,
        )
        .unwrap()
    }

    #[test]
    fn names_are_short_where_they_are_of_the_module() {
        let code = r#"
            const import0 = { __wbg_get_1: function() {}, __wbg_get_12: (memory) => memory, };
            const imports = { "./a_bg.js": import0 };
            export function is(unused) { return wasm.is(unused, wasm.memory.buffer) || wasm.isnt; }"#;
        let expected = r#"
            const import0 = { A: function() {}, b: (memory) => memory, };
            const imports = { "a": import0 };
            export function is(unused) { return wasm.d(unused, wasm.c.buffer) || wasm.isnt; }"#;
        assert_eq!(renamed(code, names()).unwrap(), expected);
    }

    #[test]
    fn glue_of_another_form_is_refused() {
        assert!(renamed("", names()).is_err());
        let twice = r#" "./a_bg.js":  __wbg_get_1:  __wbg_get_1:  __wbg_get_12: "#;
        assert!(renamed(twice, names()).is_err());
    }
}
