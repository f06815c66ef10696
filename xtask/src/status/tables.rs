//! Which tables there are, as the migrations make them.

use std::fs;

use anyhow::{Context, Result};

use crate::process::root;

/// Their names, in alphabetical order.
pub(super) fn of_migrations() -> Result<Vec<String>> {
    let folder = root().join("worker/migrations");
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        files.push(entry?.path());
    }
    files.sort();
    let mut tables = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        apply(&text, &mut tables);
    }
    tables.sort();
    Ok(tables)
}

/// What a migration does to the tables; each statement about one begins its line.
fn apply(migration: &str, tables: &mut Vec<String>) {
    for line in migration.lines() {
        let words: Vec<&str> = line
            .split(|character: char| character.is_whitespace() || "(;".contains(character))
            .filter(|word| !word.is_empty())
            .collect();
        match words.as_slice() {
            ["CREATE", "TABLE", name, ..] => tables.push((*name).to_owned()),
            ["DROP", "TABLE", name, ..] => tables.retain(|table| table != name),
            ["ALTER", "TABLE", old, "RENAME", "TO", new, ..] => {
                for table in tables.iter_mut().filter(|table| table == old) {
                    (*new).clone_into(table);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_those_that_the_migrations_leave() {
        let mut tables = vec!["old".to_owned()];
        apply(
            "CREATE TABLE new (\n  a TEXT\n);\nDROP TABLE old;\nALTER TABLE new RENAME TO newer;\n-- DROP TABLE newer;\nALTER TABLE newer ADD COLUMN b TEXT;",
            &mut tables,
        );
        assert_eq!(tables, ["newer"]);
    }

    #[test]
    fn the_migrations_make_the_tables_that_are_checked() {
        let tables = of_migrations().unwrap();
        for name in ["api_keys", "audit_losses", "organizations", "workflow_runs"] {
            assert!(tables.iter().any(|table| table == name), "{name}");
        }
        assert!(!tables.iter().any(|table| table == "managed_api_keys"));
    }
}
