//! The functions of a WebAssembly module: their names and sizes, and who calls whom.

use anyhow::{Context, Result};
use std::collections::{BTreeMap, HashMap, VecDeque};
use wasmparser::{
    ElementItems, ExternalKind, KnownCustom, Name, Operator, Parser, Payload, TypeRef,
};

/// Who calls a function that no code names: a vtable or another pointer to it does.
const BY_POINTER: &str = "a pointer in the table";

/// Functions that are called from outside bear no path, and often hold what they call.
const EXPORTS: &str = "exports";

pub struct Function {
    pub name: String,
    pub bytes: usize,
    calls: Vec<u32>,
}

#[derive(Default)]
pub struct Module {
    /// By index, without those that are imported.
    functions: Vec<Function>,
    imported: u32,
    data: usize,
    /// What is called from outside: by index, the name of the export.
    exports: Vec<(u32, String)>,
    /// What is called through the table.
    pointers: Vec<u32>,
}

impl Module {
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let mut module = Module::default();
        let mut names = HashMap::new();
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        if matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)) {
                            module.imported += 1;
                        }
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        if export.kind == ExternalKind::Func {
                            module.exports.push((export.index, export.name.to_owned()));
                        }
                    }
                }
                Payload::ElementSection(elements) => {
                    for element in elements {
                        if let ElementItems::Functions(indexes) = element?.items {
                            for index in indexes {
                                module.pointers.push(index?);
                            }
                        }
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let mut calls = Vec::new();
                    for operator in body.get_operators_reader()? {
                        if let Operator::Call { function_index }
                        | Operator::ReturnCall { function_index }
                        | Operator::RefFunc { function_index } = operator?
                        {
                            calls.push(function_index);
                        }
                    }
                    module.functions.push(Function {
                        name: String::new(),
                        bytes: body.as_bytes().len(),
                        calls,
                    });
                }
                Payload::DataSection(section) => {
                    let range = section.range();
                    module.data = (range.end - range.start) as usize;
                }
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(subsections) = section.as_known() {
                        for subsection in subsections {
                            if let Name::Function(map) = subsection? {
                                for naming in map {
                                    let naming = naming?;
                                    names.insert(naming.index, naming.name.to_owned());
                                }
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        for (index, function) in (module.imported..).zip(&mut module.functions) {
            function.name = names
                .remove(&index)
                .context("the module has no names of its functions")?;
        }
        Ok(module)
    }

    /// The largest functions, each with its callers on the shortest way from outside, the nearest
    /// first.
    pub fn largest(&self, count: usize) -> Vec<(&Function, Vec<String>)> {
        let mut functions: Vec<(usize, &Function)> = self.functions.iter().enumerate().collect();
        functions.sort_by_key(|(_, function)| std::cmp::Reverse(function.bytes));
        functions.truncate(count);
        let callers = self.callers();
        let with_way = |(index, function)| (function, self.way_to(index, &callers));
        functions.into_iter().map(with_way).collect()
    }

    /// The bytes of code by the crate that it is written in, and of data; the most first.
    pub fn by_crate(&self) -> Vec<(String, usize)> {
        let mut sums = BTreeMap::from([("data".to_owned(), self.data)]);
        for function in &self.functions {
            *sums.entry(crate_of(&function.name).to_owned()).or_default() += function.bytes;
        }
        let mut sums: Vec<(String, usize)> = sums.into_iter().collect();
        sums.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
        sums
    }

    fn way_to(&self, function: usize, callers: &HashMap<usize, Caller>) -> Vec<String> {
        let mut way = Vec::new();
        let mut at = Some(function);
        while let Some(caller) = at.and_then(|here| callers.get(&here)) {
            let (name, next) = match caller {
                Caller::Function(index) => (
                    self.functions.get(*index).map(|f| f.name.clone()),
                    Some(*index),
                ),
                Caller::Export(name) => (Some(format!("export {name}")), None),
                Caller::Pointer => (Some(BY_POINTER.to_owned()), None),
            };
            way.extend(name);
            at = next;
        }
        way
    }

    /// By function, who comes before it on the shortest way from outside. What code calls on such
    /// a way was not pulled in by a pointer.
    fn callers(&self) -> HashMap<usize, Caller> {
        let mut callers = HashMap::new();
        let exports = self.exports.iter();
        let exports = exports.map(|(index, name)| (*index, Caller::Export(name.clone())));
        let pointers = self.pointers.iter().map(|index| (*index, Caller::Pointer));
        for roots in [exports.collect::<Vec<_>>(), pointers.collect()] {
            let mut waiting = VecDeque::from(roots);
            while let Some((index, caller)) = waiting.pop_front() {
                let Some(index) = index.checked_sub(self.imported).map(|index| index as usize)
                else {
                    continue;
                };
                if callers.contains_key(&index) {
                    continue;
                }
                callers.insert(index, caller);
                let calls = self.functions.get(index).map_or(&[][..], |f| &f.calls);
                waiting.extend(
                    calls
                        .iter()
                        .map(|callee| (*callee, Caller::Function(index))),
                );
            }
        }
        callers
    }
}

enum Caller {
    Export(String),
    Function(usize),
    Pointer,
}

/// Where it is written: `<serde_json::Error as core::fmt::Debug>::fmt` in serde_json, but that of
/// `f64`, or of any `T`, with the trait.
fn crate_of(name: &str) -> &str {
    let mut rest = name;
    loop {
        rest = rest.trim_start_matches(['<', '&', '(', '[', '*']);
        let word = rest
            .find([' ', ':', '<', '>', ';', ',', ')'])
            .unwrap_or(rest.len());
        let (first, after) = rest.split_at(word);
        if after.starts_with("::") {
            return first.split('[').next().unwrap_or(first);
        }
        // A primitive, a type parameter, `mut`, `dyn`, `as`.
        let Some(next) = after.find(|c: char| c.is_alphabetic()) else {
            return EXPORTS;
        };
        rest = &after[next..];
    }
}

#[cfg(test)]
mod tests {
    use super::{EXPORTS, crate_of};

    #[test]
    fn names_the_crate_that_a_function_is_written_in() {
        for (name, wanted) in [
            ("serde_json::read::next", "serde_json"),
            ("<serde_json::Error as core::fmt::Debug>::fmt", "serde_json"),
            ("<&dyn sagaward::Rule as core::fmt::Debug>::fmt", "sagaward"),
            (
                "<&mut serde_json::de::Deserializer<R> as serde_core::de::Deserializer>::x",
                "serde_json",
            ),
            ("<f64 as core[c5930c85a12de822]::fmt::Display>::fmt", "core"),
            (
                "<[T] as alloc::slice::SpecCloneIntoVec<T,A>>::clone_into",
                "alloc",
            ),
            ("validation_verdict", EXPORTS),
            ("saga_handle multivalue shim", EXPORTS),
        ] {
            assert_eq!(crate_of(name), wanted);
        }
    }
}
