//! The fast structural verdict: one borrowed pass over the text that answers "sound", with the
//! outline for the semantic rules, or "ask the full validator". It never says no.

use std::borrow::Cow;

use super::options::Limits;
use super::outline::{Group, Item, Outline, Step};
use super::reader::{Fault, Kind, Reader};

/// Ask the full validator.
pub(crate) struct Unsure;

impl From<Fault> for Unsure {
    fn from(_: Fault) -> Self {
        Unsure
    }
}

type Sure<T> = Result<T, Unsure>;

/// The outline of a text that is surely sound in structure.
pub(crate) fn outline<'a>(text: &'a str, limits: &Limits) -> Sure<Outline<'a>> {
    let mut reader = Reader::new(text);
    let mut outline = Outline::default();
    let mut keys = Keys::default();
    expect(&mut reader, Kind::Object)?;
    reader.members(|reader, key| match key.decode().as_ref() {
        "name" => keys.once(0).and_then(|()| filled(reader).map(|_| ())),
        "session_id" => keys.once(1).and_then(|()| filled(reader).map(|_| ())),
        "steps" => {
            keys.once(2)?;
            expect(reader, Kind::Array)?;
            reader.items(|reader, index| {
                outline.steps.push(step(reader, index)?);
                Ok::<(), Unsure>(())
            })
        }
        "saga_id" => keys.once(3).and_then(|()| string(reader).map(|_| ())),
        "fan_out" => {
            keys.once(4)?;
            expect(reader, Kind::Array)?;
            reader.items(|reader, index| {
                outline.fan_out.push(group(reader, index, limits)?);
                Ok::<(), Unsure>(())
            })
        }
        "metadata" => {
            keys.once(5)?;
            expect(reader, Kind::Object)?;
            skip(reader, 1, limits)
        }
        _ => Err(Unsure),
    })?;
    reader.end()?;
    let steps = 1..=limits.max_steps;
    // A step with dependencies stands four levels deep.
    let sound = keys.all(3) && steps.contains(&outline.steps.len()) && limits.max_depth >= 4;
    if sound { Ok(outline) } else { Err(Unsure) }
}

fn step<'a>(reader: &mut Reader<'a>, index: usize) -> Sure<Step<'a>> {
    let mut step = Step {
        index,
        ..Step::default()
    };
    let mut keys = Keys::default();
    expect(reader, Kind::Object)?;
    reader.members(|reader, key| {
        match key.decode().as_ref() {
            "id" => {
                keys.once(0)?;
                step.id = Some(filled(reader)?);
            }
            "action_id" => {
                keys.once(1)?;
                step.action_id = Some(filled(reader)?);
            }
            "agent" => {
                keys.once(2)?;
                filled(reader)?;
            }
            "execute_api" => {
                keys.once(3)?;
                string(reader)?;
            }
            "undo_api" => {
                keys.once(4)?;
                step.undo_api = string_or_null(reader)?;
            }
            "checkpoint_goal" => {
                keys.once(5)?;
                string_or_null(reader)?;
            }
            "timeout" => {
                keys.once(6)?;
                integer(reader, 1..=86_400)?;
            }
            "retries" => {
                keys.once(7)?;
                integer(reader, 0..=10)?;
            }
            "depends_on" => {
                keys.once(8)?;
                step.depends_on = strings(reader, filled)?;
                distinct(&step.depends_on)?;
            }
            _ => return Err(Unsure),
        }
        Ok(())
    })?;
    if keys.all(3) { Ok(step) } else { Err(Unsure) }
}

fn group<'a>(reader: &mut Reader<'a>, index: usize, limits: &Limits) -> Sure<Group<'a>> {
    let mut group = Group {
        index,
        ..Group::default()
    };
    let mut keys = Keys::default();
    expect(reader, Kind::Object)?;
    reader.members(|reader, key| {
        match key.decode().as_ref() {
            "policy" => {
                keys.once(0)?;
                group.policy = Some(string(reader)?);
            }
            "branches" => {
                keys.once(1)?;
                group.branches = strings(reader, string)?;
            }
            _ => skip(reader, 3, limits)?,
        }
        Ok::<(), Unsure>(())
    })?;
    Ok(group)
}

/// The keys that an object has had so far; a second time leaves the verdict to the full validator.
#[derive(Default)]
struct Keys(u16);

impl Keys {
    fn once(&mut self, key: u16) -> Sure<()> {
        let bit = 1 << key;
        let new = self.0 & bit == 0;
        self.0 |= bit;
        if new { Ok(()) } else { Err(Unsure) }
    }

    /// Whether the first `count` keys were there.
    fn all(&self, count: u16) -> bool {
        let mask = (1 << count) - 1;
        self.0 & mask == mask
    }
}

fn expect(reader: &mut Reader, kind: Kind) -> Sure<()> {
    if reader.kind()? == kind {
        Ok(())
    } else {
        Err(Unsure)
    }
}

fn string<'a>(reader: &mut Reader<'a>) -> Sure<Cow<'a, str>> {
    expect(reader, Kind::String)?;
    Ok(reader.string()?.decode())
}

fn filled<'a>(reader: &mut Reader<'a>) -> Sure<Cow<'a, str>> {
    let text = string(reader)?;
    if text.is_empty() {
        Err(Unsure)
    } else {
        Ok(text)
    }
}

fn string_or_null<'a>(reader: &mut Reader<'a>) -> Sure<Option<Cow<'a, str>>> {
    if reader.kind()? == Kind::Literal {
        return if reader.literal()? == "null" {
            Ok(None)
        } else {
            Err(Unsure)
        };
    }
    string(reader).map(Some)
}

fn integer(reader: &mut Reader, range: std::ops::RangeInclusive<u32>) -> Sure<()> {
    expect(reader, Kind::Number)?;
    // `1.0` and `1e2` are integers too: the full validator knows them.
    let number = reader.number()?.parse().map_err(|_| Unsure)?;
    if range.contains(&number) {
        Ok(())
    } else {
        Err(Unsure)
    }
}

fn strings<'a>(
    reader: &mut Reader<'a>,
    read: fn(&mut Reader<'a>) -> Sure<Cow<'a, str>>,
) -> Sure<Vec<Item<'a>>> {
    let mut items = Vec::new();
    expect(reader, Kind::Array)?;
    reader.items(|reader, index| {
        let id = read(reader)?;
        items.push(Item { index, id });
        Ok::<(), Unsure>(())
    })?;
    Ok(items)
}

fn distinct(items: &[Item]) -> Sure<()> {
    if items.len() < 2 {
        return Ok(());
    }
    let mut ids: Vec<&str> = items.iter().map(|item| item.id.as_ref()).collect();
    ids.sort_unstable();
    let twins = ids.windows(2).any(|pair| matches!(pair, [a, b] if a == b));
    if twins { Err(Unsure) } else { Ok(()) }
}

/// Passes over any value that stands below `depth` others.
fn skip(reader: &mut Reader, depth: usize, limits: &Limits) -> Sure<()> {
    let levels = limits.max_depth.saturating_sub(depth);
    reader.skip_value(levels).map_err(|_| Unsure)
}
