//! From paths and bytes to lines and columns: one walk over the text for all findings.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::diagnostic::{Anchor, Diagnostic, Path, Segment, SourcePosition, SourceRange};
use super::reader::{Kind, Reader, Skipped};

/// Gives every finding its range in the text. `bytes` may be any bytes: what is not UTF-8 ends it.
pub(crate) fn locate(bytes: &[u8], findings: &mut [Diagnostic]) {
    if findings.is_empty() {
        return;
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => bytes
            .get(..error.valid_up_to())
            .and_then(|valid| std::str::from_utf8(valid).ok())
            .unwrap_or_default(),
    };
    let mut wanted = Wanted::default();
    for finding in findings.iter() {
        wanted.add(&finding.anchor, &finding.path);
        for related in &finding.related {
            wanted.add(&related.anchor, &related.path);
        }
    }
    // A text that is not JSON, or too deep to walk, has only findings that know their bytes.
    let placed = |finding: &Diagnostic| !matches!(finding.anchor, Anchor::Bytes(_));
    if findings.iter().any(placed) {
        let _ = wanted.find(&mut Reader::new(text));
    }

    let spans: Vec<Spans> = findings
        .iter()
        .map(|finding| wanted.spans(finding))
        .collect();
    let positions = positions(text, &spans);
    let position = |offset: usize| {
        let found = positions.binary_search_by_key(&offset, |(offset, _)| *offset);
        Some(positions.get(found.ok()?)?.1)
    };
    let range = |span: &Option<Range<usize>>| {
        let span = span.as_ref()?;
        Some(SourceRange {
            start: position(span.start)?,
            end: position(span.end)?,
        })
    };
    for (finding, spans) in findings.iter_mut().zip(&spans) {
        finding.range = range(&spans.own);
        for (related, span) in finding.related.iter_mut().zip(&spans.related) {
            related.range = range(span);
        }
    }
}

/// The bytes of a finding and of its related places.
struct Spans {
    own: Option<Range<usize>>,
    related: Vec<Option<Range<usize>>>,
}

/// The paths that are looked for, as a tree, and the bytes where they were found.
#[derive(Default)]
struct Wanted<'a> {
    value: Option<Range<usize>>,
    key: Option<Range<usize>>,
    children: BTreeMap<Child<'a>, Wanted<'a>>,
}

/// A [`Segment`] that borrows, from a path or from the text.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Child<'a> {
    Item(usize),
    Member(Cow<'a, str>),
}

impl<'a> From<&'a Segment> for Child<'a> {
    fn from(segment: &'a Segment) -> Self {
        match segment {
            Segment::Index(index) => Child::Item(*index),
            Segment::Key(key) => Child::Member(Cow::Borrowed(key)),
        }
    }
}

impl<'a> Wanted<'a> {
    fn add(&mut self, anchor: &Anchor, path: &'a Path) {
        match anchor {
            Anchor::Value | Anchor::Key => {
                let mut node = self;
                for segment in &path.0 {
                    node = node.children.entry(segment.into()).or_default();
                }
            }
            Anchor::Bytes(_) | Anchor::FirstRelated => {}
        }
    }

    fn spans(&self, finding: &Diagnostic) -> Spans {
        let related: Vec<_> = finding
            .related
            .iter()
            .map(|related| self.bytes(&related.anchor, &related.path))
            .collect();
        let own = match finding.anchor {
            Anchor::FirstRelated => related.first().cloned().flatten(),
            Anchor::Value | Anchor::Key | Anchor::Bytes(_) => {
                self.bytes(&finding.anchor, &finding.path)
            }
        };
        Spans { own, related }
    }

    fn bytes(&self, anchor: &Anchor, path: &Path) -> Option<Range<usize>> {
        if let Anchor::Bytes(bytes) = anchor {
            return Some(bytes.clone());
        }
        let mut node = self;
        for segment in &path.0 {
            node = node.children.get(&segment.into())?;
        }
        match anchor {
            Anchor::Key => node.key.clone(),
            Anchor::Value | Anchor::Bytes(_) | Anchor::FirstRelated => node.value.clone(),
        }
    }

    fn find(&mut self, reader: &mut Reader<'a>) -> Result<(), Skipped> {
        let kind = reader.kind()?;
        let start = reader.at();
        match kind {
            // Where nothing is looked for inside, only the end matters.
            _ if self.children.is_empty() => reader.skip_value(usize::MAX)?,
            Kind::Object => reader.members(|reader, key| {
                match self.children.get_mut(&Child::Member(key.decode())) {
                    Some(child) => {
                        child.key = Some(key.bytes());
                        child.find(reader)
                    }
                    None => reader.skip_value(usize::MAX),
                }
            })?,
            Kind::Array => {
                reader.items(
                    |reader, index| match self.children.get_mut(&Child::Item(index)) {
                        Some(child) => child.find(reader),
                        None => reader.skip_value(usize::MAX),
                    },
                )?
            }
            Kind::String | Kind::Number | Kind::Literal => reader.skip_scalar(kind)?,
        }
        self.value = Some(start..reader.at());
        Ok(())
    }
}

/// The positions where spans start and end, by their bytes, in one pass over the text.
fn positions(text: &str, spans: &[Spans]) -> Vec<(usize, SourcePosition)> {
    let mut offsets: Vec<usize> = spans
        .iter()
        .flat_map(|spans| spans.related.iter().chain([&spans.own]).flatten())
        .flat_map(|span| [span.start, span.end])
        .collect();
    offsets.sort_unstable();
    offsets.dedup();
    let mut position = SourcePosition {
        line: 1,
        column: 1,
        offset: 0,
    };
    let (mut at, mut before) = (0, b'\0');
    let positioned = offsets.into_iter().map(|offset| {
        let end = offset.min(text.len());
        for byte in text.as_bytes().get(at..end).unwrap_or_default() {
            let units = match byte {
                0x80..0xC0 => 0,
                0xF0.. => 2,
                _ => 1,
            };
            position.offset += units;
            match byte {
                b'\n' if before == b'\r' => {}
                b'\n' | b'\r' => {
                    position.line += 1;
                    position.column = 1;
                }
                _ => position.column += units,
            }
            before = *byte;
        }
        at = end;
        (offset, position)
    });
    positioned.collect()
}
