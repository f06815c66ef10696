//! The SQL that the Worker may ask, read from its source: string literals, alone or put
//! together by `concat!`, `include_str!` and macros of one rule. A statement cannot be
//! written otherwise, for then its test would not know it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Expr, Ident, Lit, LitStr, Token};

/// What a statement begins with.
const VERBS: [&str; 5] = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"];

/// A statement, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Statement {
    /// The file's name without its ending, and that of the constant or function.
    pub(crate) place: String,
    pub(crate) sql: String,
}

/// Every statement in the files of a folder.
pub(crate) fn all_in(folder: &Path) -> BTreeSet<Statement> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).unwrap();
            files.push((name, syn::parse_file(&text).unwrap(), text));
        }
    }
    let mut rules = BTreeMap::new();
    for (_, file, _) in &files {
        Rules(&mut rules).visit_file(file);
    }
    let mut found = BTreeSet::new();
    for (name, file, text) in &files {
        let mut finder = Finder {
            folder,
            rules: &rules,
            file: name,
            place: Vec::new(),
            found: BTreeSet::new(),
        };
        finder.visit_file(file);
        let asks = [".statement(", "look_up("]
            .iter()
            .any(|ask| text.contains(ask));
        assert_eq!(asks, !finder.found.is_empty(), "{name}: what does it ask?");
        found.append(&mut finder.found);
    }
    found
}

/// A macro of one rule, whose parameters are literals.
struct Rule {
    parameters: Vec<String>,
    body: String,
}

impl Parse for Rule {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let of_macro;
        syn::parenthesized!(of_macro in input);
        let mut parameters = Vec::new();
        while !of_macro.is_empty() {
            of_macro.parse::<Token![$]>()?;
            parameters.push(of_macro.parse::<Ident>()?.to_string());
            of_macro.parse::<Token![:]>()?;
            of_macro.parse::<Ident>()?;
            of_macro.parse::<Option<Token![,]>>()?;
        }
        input.parse::<Token![=>]>()?;
        let of_rule;
        syn::braced!(of_rule in input);
        let body = of_rule.parse::<TokenStream>()?.to_string();
        input.parse::<Option<Token![;]>>()?;
        Ok(Self { parameters, body })
    }
}

/// Collects the macros of files, by name.
struct Rules<'a>(&'a mut BTreeMap<String, Rule>);

impl<'ast> Visit<'ast> for Rules<'_> {
    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        // Others are used here, not made.
        let Some(name) = item.ident.as_ref().map(ToString::to_string) else {
            return;
        };
        let rule = syn::parse2(item.mac.tokens.clone()).unwrap();
        assert!(self.0.insert(name.clone(), rule).is_none(), "two {name}!");
    }
}

/// Collects the statements of a file.
struct Finder<'a> {
    folder: &'a Path,
    rules: &'a BTreeMap<String, Rule>,
    file: &'a str,
    /// What is visited: constants and functions, the innermost last.
    place: Vec<String>,
    found: BTreeSet<Statement>,
}

impl Finder<'_> {
    fn within(&mut self, place: &Ident, visit: impl FnOnce(&mut Self)) {
        self.place.push(place.to_string());
        visit(self);
        self.place.pop();
    }

    fn note(&mut self, expression: &Expr) -> bool {
        let Some(sql) = self.text_of(expression) else {
            return false;
        };
        let verb = sql.split_whitespace().next().unwrap_or_default();
        if VERBS.contains(&verb) {
            let place = self.place.last().map_or("", String::as_str);
            let place = format!("{}::{place}", self.file);
            self.found.insert(Statement { place, sql });
        }
        true
    }

    /// The text that an expression of literals and macros stands for.
    fn text_of(&self, expression: &Expr) -> Option<String> {
        let mac = match expression {
            Expr::Lit(syn::ExprLit {
                lit: Lit::Str(text),
                ..
            }) => return Some(text.value()),
            Expr::Macro(syn::ExprMacro { mac, .. }) => mac,
            _ => return None,
        };
        let name = mac.path.get_ident()?.to_string();
        if name == "include_str" {
            let file: LitStr = mac.parse_body().unwrap();
            return Some(fs::read_to_string(self.folder.join(file.value())).unwrap());
        }
        let is_ours = self.rules.contains_key(&name);
        if name != "concat" && !is_ours {
            return None;
        }
        let arguments = Punctuated::<Expr, Token![,]>::parse_terminated
            .parse2(mac.tokens.clone())
            .unwrap();
        let texts = arguments
            .iter()
            .map(|argument| self.text_of(argument))
            .collect::<Option<Vec<_>>>()?;
        match self.rules.get(&name) {
            Some(rule) => self.text_of(&rule.applied_to(&texts)),
            None => Some(texts.concat()),
        }
    }
}

impl Rule {
    fn applied_to(&self, arguments: &[String]) -> Expr {
        assert_eq!(arguments.len(), self.parameters.len());
        let mut body = self.body.replace("$ ", "$");
        for (parameter, argument) in self.parameters.iter().zip(arguments) {
            body = body.replace(&format!("${parameter}"), &format!("{argument:?}"));
        }
        syn::parse_str(&body).unwrap()
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.within(&item.ident, |finder| visit::visit_item_const(finder, item));
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.within(&item.ident, |finder| {
            visit::visit_impl_item_const(finder, item);
        });
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.within(&item.sig.ident, |finder| visit::visit_item_fn(finder, item));
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        if !self.note(expression) {
            visit::visit_expr(self, expression);
        }
    }

    /// Documentation is no SQL.
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
}
