//! The wire shapes of a verdict: report, diagnostic, path, range, fix.

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use super::rule::{Rule, Severity};
use super::{document, json};

/// One part of a [`Path`]: an object's key or an array's index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(untagged)]
pub enum Segment {
    /// An index into an array, from 0.
    Index(usize),
    /// A key of an object.
    Key(String),
}

/// The place of a value in its document: `["steps", 0, "id"]`.
///
/// Paths sort as the reference sorts them: a prefix first, indexes by number, keys by code point.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(transparent)]
pub struct Path(pub Vec<Segment>);

impl Path {
    /// The document itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// A step of the definition.
    pub fn step(index: usize) -> Self {
        Self::root().key("steps").index(index)
    }

    /// The place of `key` in the object at this path.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.0.push(Segment::Key(key.into()));
        self
    }

    /// The place of an item in the array at this path.
    pub fn index(mut self, index: usize) -> Self {
        self.0.push(Segment::Index(index));
        self
    }

    /// The path as a JSON pointer (RFC 6901): `/steps/0/id`.
    pub fn pointer(&self) -> String {
        let mut pointer = String::new();
        for segment in &self.0 {
            pointer.push('/');
            match segment {
                Segment::Index(index) => pointer.push_str(&index.to_string()),
                Segment::Key(key) => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
            }
        }
        pointer
    }

    /// The path as the reference writes it: `steps.0.id`, or `(root)`.
    pub fn dotted(&self) -> String {
        if self.0.is_empty() {
            return "(root)".to_owned();
        }
        let parts: Vec<String> = self.0.iter().map(Segment::to_string).collect();
        parts.join(".")
    }
}

impl std::fmt::Display for Segment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Segment::Index(index) => write!(f, "{index}"),
            Segment::Key(key) => f.write_str(key),
        }
    }
}

/// A point in a text. Columns and offsets count UTF-16 units, also for bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct SourcePosition {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// The offset from the start of the text, from 0.
    pub offset: u32,
}

/// A part of a text; the end is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct SourceRange {
    /// The first point.
    pub start: SourcePosition,
    /// The point after the last.
    pub end: SourcePosition,
}

/// Which bytes of the text a finding is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// The value at the path.
    #[default]
    Value,
    /// The key at the path.
    Key,
    /// Where its first related place is.
    FirstRelated,
    /// These bytes.
    Bytes(std::ops::Range<usize>),
}

/// One finding: what is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct Diagnostic {
    /// The rule that was broken.
    pub rule: Rule,
    /// How grave it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// The place in the document.
    #[cfg_attr(feature = "js", tsify(type = "Path"))]
    pub path: Path,
    /// The same place as a JSON pointer.
    pub pointer: String,
    /// The id of the step it is about, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub step_id: Option<String>,
    /// The place in the text, where text was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub range: Option<SourceRange>,
    /// What probably was meant, or what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub help: Option<String>,
    /// Other places that belong to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub related: Vec<Related>,
    /// Edits, each of which would mend it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub fixes: Vec<Fix>,
    #[serde(skip)]
    pub(crate) anchor: Anchor,
}

impl Diagnostic {
    /// A finding at `path`. Its severity is set where findings are collected.
    pub(crate) fn new(rule: Rule, path: Path, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: Severity::Error,
            message: message.into(),
            pointer: path.pointer(),
            path,
            step_id: None,
            range: None,
            help: None,
            related: Vec::new(),
            fixes: Vec::new(),
            anchor: Anchor::Value,
        }
    }

    /// Speaks of a part of the document as if it were the whole.
    pub(crate) fn within(&mut self, part: &str) {
        let depth = part.split('/').count() - 1;
        let related = self.related.iter_mut().map(|related| &mut related.path);
        let edits = self.fixes.iter_mut().flat_map(|fix| &mut fix.edits);
        let paths = related.chain(edits.map(|edit| &mut edit.path));
        for path in paths.chain([&mut self.path]) {
            if path.pointer().starts_with(part) {
                path.0.drain(..depth);
            }
        }
        self.pointer = self.path.pointer();
    }

    /// The finding as the reference writes it.
    pub fn reference_line(&self) -> String {
        if self.rule.is_semantic() {
            self.message.clone()
        } else {
            format!("[{}] {}", self.path.dotted(), self.message)
        }
    }
}

/// A place that belongs to a finding: the first twin, an unknown key, a member of a cycle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct Related {
    /// What is there.
    pub message: String,
    /// The place in the document.
    #[cfg_attr(feature = "js", tsify(type = "Path"))]
    pub path: Path,
    /// The place in the text, where text was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub range: Option<SourceRange>,
    #[serde(skip)]
    pub(crate) anchor: Anchor,
}

impl Related {
    pub(crate) fn new(message: impl Into<String>, path: Path, anchor: Anchor) -> Self {
        Self {
            message: message.into(),
            path,
            range: None,
            anchor,
        }
    }
}

/// A change of the document that would mend a finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct Fix {
    /// What the change does.
    pub title: String,
    /// The edits, to be made together.
    pub edits: Vec<Edit>,
}

impl Fix {
    pub(crate) fn replace(title: impl Into<String>, path: Path, value: impl Into<Value>) -> Self {
        Self::one(title, path, Some(value.into()), None, None)
    }

    pub(crate) fn remove(title: impl Into<String>, path: Path) -> Self {
        Self::one(title, path, None, Some(true), None)
    }

    pub(crate) fn rename(title: impl Into<String>, path: Path, key: impl Into<String>) -> Self {
        Self::one(title, path, None, None, Some(key.into()))
    }

    fn one(
        title: impl Into<String>,
        path: Path,
        replace: Option<Value>,
        remove: Option<bool>,
        rename: Option<String>,
    ) -> Self {
        Self {
            title: title.into(),
            edits: vec![Edit {
                path,
                replace,
                remove,
                rename,
            }],
        }
    }
}

/// One edit of a [`Fix`]: exactly one of `replace`, `remove` and `rename` is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct Edit {
    /// What to change.
    #[cfg_attr(feature = "js", tsify(type = "Path"))]
    pub path: Path,
    /// The value to put there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional, type = "unknown"))]
    pub replace: Option<Value>,
    /// Whether to take it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional, type = "true"))]
    pub remove: Option<bool>,
    /// The new name of the key at the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub rename: Option<String>,
}

/// Findings as the facts of an error hold them.
pub(crate) fn as_value(findings: &[Diagnostic]) -> Value {
    document::value(&json::text(&findings)).unwrap_or_default()
}

/// The verdict on a definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
pub struct Report {
    /// Whether the definition may run: no finding is an error.
    pub valid: bool,
    /// The findings, in the reference's order.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether there are more findings than `limits.maxDiagnostics`.
    pub truncated: bool,
    /// The errors as the reference writes them: `[steps.0.id] …`, `Duplicate step ID: 'a'`.
    pub errors: Vec<String>,
}
