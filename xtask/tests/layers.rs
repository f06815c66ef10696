//! The layers of the three crates: what uses what, read from the code itself.
//!
//! A module is a file. It uses another if a `use` line or a path in its code
//! names something of it. `mod` and `pub use` lines that only assemble a
//! module's children are no use: a parent may show its children, and children
//! that need their parent make a circle all the same.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

/// The sources of the crates.
const CRATES: [&str; 3] = ["src", "worker/src", "xtask/src"];

/// The layers of the commands, from the top: the modules of each, with those inside
/// of them. None uses one of its own layer or of one above.
const COMMANDS: [&[&str]; 7] = [
    &[""],
    &["bench", "dev", "test", "check"],
    &["audit", "build", "import", "keys", "session_key", "status"],
    &["wasm", "database"],
    &["configuration", "setup", "state", "terminal", "time"],
    &["process"],
    &["interrupt"],
];

/// The same of the Worker. Who calls is data, below what finds it out and judges it.
const WORKER: [&[&str]; 11] = [
    &[""],
    &["handlers", "summary", "sweep"],
    &["audit", "engine"],
    &["caller::admission", "caller::identity"],
    &[
        "answer",
        "caller::allowlist",
        "caller::last_used",
        "caller::limits",
        "caller::session",
    ],
    &[
        "caller::address",
        "caller::cache",
        "caller::key_set",
        "caller::organizations",
    ],
    &["cross_origin", "failure", "input"],
    &["assets", "storage"],
    &["caller", "decide", "health"],
    &["token"],
    &["platform"],
];

/// A module's path within its crate; the crate itself is empty.
type Module = Vec<String>;
/// Which modules each module uses.
type Graph = BTreeMap<Module, BTreeSet<Module>>;

#[test]
fn no_module_uses_one_that_uses_it() {
    let mut circles = Vec::new();
    for sources in CRATES {
        let graph = graph(&checkout().join(sources));
        assert!(graph.len() > 5, "{sources}: hardly a module was found");
        for circle in circles_of(&graph) {
            circles.push(format!("{sources}: {}", circle.join(" <-> ")));
        }
    }
    assert!(circles.is_empty(), "circles:\n{}", circles.join("\n"));
}

#[test]
fn the_layers_of_the_commands_are_used_from_above_only() {
    assert_layered("xtask/src", &COMMANDS);
}

#[test]
fn the_layers_of_the_worker_are_used_from_above_only() {
    assert_layered("worker/src", &WORKER);
}

#[track_caller]
fn assert_layered(sources: &str, layers: &[&[&str]]) {
    let layer = |part: &str| layers.iter().position(|layer| layer.contains(&part));
    // A module inside of one that is named belongs to its part.
    let part = |module: &Module| {
        let mut names = (1..=module.len())
            .rev()
            .map(|length| module[..length].join("::"));
        let named = names.find(|name| layer(name).is_some());
        named.unwrap_or_else(|| module.first().cloned().unwrap_or_default())
    };
    let mut wrong = Vec::new();
    let mut found = BTreeSet::new();
    for (module, uses) in graph(&checkout().join(sources)) {
        let user = part(&module);
        for used in uses.iter().map(part).filter(|used| *used != user) {
            if layer(&user).is_none() || layer(&user) >= layer(&used) {
                wrong.push(format!("{user} uses {used}"));
            }
        }
        found.insert(user);
    }
    assert_eq!(wrong, [""; 0]);
    let named: BTreeSet<String> = layers.concat().into_iter().map(str::to_owned).collect();
    assert_eq!(found, named);
}

#[test]
fn a_circle_is_found_through_any_spelling_of_a_path() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "use crate::b::{self, Thing}; mod inner;"),
        ("a/inner.rs", "fn f() { super::super::c::g(); }"),
        ("b.rs", "type T = crate::a::U;"),
        ("c.rs", "#[cfg(test)] mod tests { use crate::a::inner; }"),
    ];
    let parsed = files.map(|(file, text)| (module_of(Path::new(file)), text.to_owned()));
    let graph = graph_of(&parsed);
    assert_eq!(circles_of(&graph), [["a", "b"]]);
    let inner = vec!["a".to_owned(), "inner".to_owned()];
    assert_eq!(graph[&inner], BTreeSet::from([vec!["c".to_owned()]]));
    assert!(
        graph[&vec!["c".to_owned()]].is_empty(),
        "tests do not count"
    );
}

/// The folder of the workspace.
fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn graph(sources: &Path) -> Graph {
    let mut files = Vec::new();
    collect(sources, sources, &mut files);
    graph_of(&files)
}

fn collect(sources: &Path, folder: &Path, files: &mut Vec<(Module, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(sources, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let module = module_of(path.strip_prefix(sources).unwrap());
            files.push((module, fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The module that a file holds: `a/b.rs` and `a/b/mod.rs` are both `a::b`.
fn module_of(file: &Path) -> Module {
    let mut module: Module = file
        .with_extension("")
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    if matches!(module.last().map(String::as_str), Some("mod"))
        || module == ["lib"]
        || module == ["main"]
    {
        module.pop();
    }
    module
}

fn graph_of(files: &[(Module, String)]) -> Graph {
    let modules: BTreeSet<&Module> = files.iter().map(|(module, _)| module).collect();
    files
        .iter()
        .map(|(module, text)| {
            let mut finder = Finder {
                module,
                modules: &modules,
                depth: 0,
                uses: BTreeSet::new(),
            };
            finder.visit_file(&syn::parse_file(text).unwrap());
            (module.clone(), finder.uses)
        })
        .collect()
}

/// Collects which modules of the crate a file names.
struct Finder<'a> {
    module: &'a Module,
    modules: &'a BTreeSet<&'a Module>,
    /// Modules within the file around what is visited.
    depth: usize,
    uses: BTreeSet<Module>,
}

impl Finder<'_> {
    /// Notes the module that a path leads into, if it begins at one of this crate.
    fn note(&mut self, path: &[String]) {
        let mut rest = path;
        let mut base: Module = match rest.split_first() {
            Some((first, tail)) if first == "crate" => {
                rest = tail;
                Vec::new()
            }
            Some((first, _)) if first == "super" => {
                let ups = rest.iter().take_while(|part| *part == "super").count();
                rest = &rest[ups..];
                let Some(above) = ups.checked_sub(self.depth) else {
                    return;
                };
                match self.module.len().checked_sub(above) {
                    Some(kept) => self.module[..kept].to_vec(),
                    None => return,
                }
            }
            Some((first, tail)) if first == "self" => {
                rest = tail;
                self.module.clone()
            }
            Some(_) => self.module.clone(),
            None => return,
        };
        let relative = !matches!(path[0].as_str(), "crate" | "super" | "self");
        let start = base.len();
        for part in rest {
            base.push(part.clone());
            if !self.modules.contains(&base) {
                base.pop();
                break;
            }
        }
        // A first part that is no child module is another crate or a local name.
        if relative && base.len() == start {
            return;
        }
        if &base != self.module {
            self.uses.insert(base);
        }
    }

    fn note_tree(&mut self, tree: &syn::UseTree, path: &mut Vec<String>) {
        match tree {
            syn::UseTree::Path(step) => {
                path.push(step.ident.to_string());
                self.note_tree(&step.tree, path);
                path.pop();
            }
            syn::UseTree::Group(group) => {
                for item in &group.items {
                    self.note_tree(item, path);
                }
            }
            syn::UseTree::Name(name) if name.ident == "self" => self.note(path),
            syn::UseTree::Name(syn::UseName { ident, .. })
            | syn::UseTree::Rename(syn::UseRename { ident, .. }) => {
                path.push(ident.to_string());
                self.note(path);
                path.pop();
            }
            syn::UseTree::Glob(_) => self.note(path),
        }
    }
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|argument| argument.is_ident("test"))
    })
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if is_for_tests(&item.attrs) {
            return;
        }
        self.depth += 1;
        visit::visit_item_mod(self, item);
        self.depth -= 1;
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if is_for_tests(&item.attrs) {
            return;
        }
        self.note_tree(&item.tree, &mut Vec::new());
    }

    /// `pub(crate)` names nothing of the crate.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        self.note(&parts);
        visit::visit_path(self, path);
    }
}

/// The groups of modules of which each uses, directly or not, every other.
fn circles_of(graph: &Graph) -> Vec<Vec<String>> {
    let reachable: BTreeMap<&Module, BTreeSet<&Module>> = graph
        .keys()
        .map(|module| (module, reachable_from(graph, module)))
        .collect();
    let mut circles = BTreeSet::new();
    for (module, found) in &reachable {
        if found.contains(module) {
            let circle: Vec<String> = found
                .iter()
                .filter(|other| {
                    reachable
                        .get(*other)
                        .is_some_and(|back| back.contains(module))
                })
                .map(|other| {
                    if other.is_empty() {
                        "crate".to_owned()
                    } else {
                        other.join("::")
                    }
                })
                .collect();
            circles.insert(circle);
        }
    }
    circles.into_iter().collect()
}

fn reachable_from<'a>(graph: &'a Graph, module: &Module) -> BTreeSet<&'a Module> {
    let mut found = BTreeSet::new();
    let mut waiting: Vec<&Module> = graph.get(module).into_iter().flatten().collect();
    while let Some(next) = waiting.pop() {
        if found.insert(next) {
            waiting.extend(graph.get(next).into_iter().flatten());
        }
    }
    found
}
