//! No circle of files: none imports, on whatever way, a file that imports it. A file's tests do not count, a face (`mod.rs`) does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The path of a module, from the root of the crate.
type Module = Vec<String>;

/// Every file of the crate by its module.
fn modules() -> BTreeMap<Module, PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut modules) = (vec![source.clone()], BTreeMap::new());
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let inner = path.strip_prefix(&source).unwrap().with_extension("");
                let mut module: Module = inner.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
                if module.last().is_some_and(|name| name == "mod" || name == "lib") {
                    module.pop();
                }
                modules.insert(module, path);
            }
        }
    }
    modules
}

/// A file's code without comments, texts and its own tests.
fn code(text: &str) -> String {
    let text = text.split("\nmod tests {").next().unwrap();
    let (mut code, mut rest) = (String::new(), text);
    while let Some(c) = rest.chars().next() {
        let skipped = match rest {
            _ if rest.starts_with("//") => rest.find('\n'),
            _ if rest.starts_with("r#\"") => rest[3..].find("\"#").map(|at| 3 + at + 2),
            _ if rest.starts_with("'\"'") => Some(3),
            _ if rest.starts_with("'\\\"'") => Some(4),
            _ if c == '"' => end_of_text(rest),
            _ => {
                code.push(c);
                Some(c.len_utf8())
            }
        };
        rest = &rest[skipped.unwrap_or(rest.len())..];
    }
    // Where something is visible is no import.
    code.replace("in crate::", "")
}

/// Where the text ends that a line of code begins with.
fn end_of_text(quoted: &str) -> Option<usize> {
    let mut is_escaped = true;
    let end = quoted.char_indices().find(|(_, c)| {
        let ends = *c == '"' && !is_escaped;
        is_escaped = *c == '\\' && !is_escaped;
        ends
    });
    end.map(|(at, _)| at + 1)
}

/// Every path that a file of this module names, from the root of the crate, as the words of it; trees of `use` are laid out.
fn paths(code: &str, module: &[String]) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for (prefix, root) in [("crate::", 0), ("self::", module.len()), ("super::", module.len().saturating_sub(1))] {
        for (at, _) in code.match_indices(prefix) {
            if code[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ':')) {
                continue;
            }
            let rest = &code[at + prefix.len()..];
            let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':');
            let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            let words = rest[..end].split("::").filter(|word| !word.is_empty()).map(str::to_owned);
            let stem: Vec<String> = module[..root].iter().cloned().chain(words).collect();
            match rest[end..].strip_prefix('{') {
                Some(tree) => lay_out(&stem, &tree[..closing(tree)], &mut paths),
                None => paths.push(stem),
            }
        }
    }
    paths
}

/// Lays out what stands in the braces of a tree.
fn lay_out(stem: &[String], tree: &str, paths: &mut Vec<Vec<String>>) {
    let (mut depth, mut begin) = (0, 0);
    let ends = tree.char_indices().filter(|(_, c)| {
        depth += i32::from(*c == '{') - i32::from(*c == '}');
        depth == 0 && *c == ','
    });
    let ends: Vec<usize> = ends.map(|(at, _)| at).chain([tree.len()]).collect();
    for end in ends {
        let leaf = tree[begin..end].trim();
        begin = end + 1;
        let (words, inner) = leaf.split_once('{').map_or((leaf, None), |(words, inner)| (words, Some(inner)));
        let words = words.split(" as ").next().unwrap();
        let named = words.split("::").map(str::trim).filter(|word| !word.is_empty() && *word != "self");
        let path: Vec<String> = stem.iter().cloned().chain(named.map(str::to_owned)).collect();
        match inner {
            Some(inner) => lay_out(&path, &inner[..closing(inner)], paths),
            None => paths.push(path),
        }
    }
}

/// Where the brace closes that was opened before a text.
fn closing(tree: &str) -> usize {
    let mut depth = 1;
    let end = tree.char_indices().find(|(_, c)| {
        depth += i32::from(*c == '{') - i32::from(*c == '}');
        depth == 0
    });
    end.map_or(tree.len(), |(at, _)| at)
}

/// Which files each file imports.
fn imports(modules: &BTreeMap<Module, PathBuf>) -> BTreeMap<&Module, BTreeSet<&Module>> {
    let file_of = |path: &[String]| {
        (1..=path.len()).rev().find_map(|length| modules.get_key_value(&path[..length]).map(|(module, _)| module))
    };
    let of_file = |module: &Module, file: &Path| {
        let code = code(&fs::read_to_string(file).unwrap());
        let named: BTreeSet<&Module> = paths(&code, module).iter().filter_map(|path| file_of(path)).collect();
        named.into_iter().filter(|other| *other != module).collect()
    };
    modules.iter().map(|(module, file)| (module, of_file(module, file))).collect()
}

/// Every file that a file comes to by its imports.
fn reached<'a>(from: &'a Module, imports: &BTreeMap<&'a Module, BTreeSet<&'a Module>>) -> BTreeSet<&'a Module> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(next) = open.pop() {
        open.extend(imports[next].iter().filter(|module| reached.insert(**module)));
    }
    reached
}

#[test]
fn no_file_imports_what_imports_it() {
    let modules = modules();
    let imports = imports(&modules);
    assert!(imports.values().map(BTreeSet::len).sum::<usize>() > modules.len(), "imports are found");
    let circles: BTreeSet<String> = modules
        .keys()
        .filter(|module| reached(module, &imports).contains(module))
        .map(|module| module.join("/"))
        .collect();
    assert!(circles.is_empty(), "these files stand in circles: {circles:?}");
}

#[test]
fn paths_of_code_are_laid_out() {
    let text = "use crate::a::{self, b::{C, d}, e as f};\nlet x = ('\"', crate::g::h(\"crate::i \\\" crate::k\")); // crate::j\nsuper::l();\n";
    let module = ["m".to_owned(), "n".to_owned()];
    let named: Vec<String> = paths(&code(text), &module).iter().map(|path| path.join("::")).collect();
    assert_eq!(named, ["a", "a::b::C", "a::b::d", "a::e", "g::h", "m::l"]);
}
