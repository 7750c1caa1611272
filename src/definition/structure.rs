//! The fast structural verdict: one borrowed pass over a definition that answers "sound", with the
//! outline for the semantic rules, or "ask the full validator". It never says no.

use super::ids::Ids;
use super::options::Limits;
use super::outline::{Group, Item, Outline, Step};
use super::reader::{Fault, Kind, Reader, Text};

/// Ask the full validator.
pub(crate) struct Unsure;

pub(crate) type Sure<T> = Result<T, Unsure>;

impl From<Fault> for Unsure {
    fn from(_: Fault) -> Self {
        Unsure
    }
}

macro_rules! keys {
    ($($key:ident $name:literal,)*) => {
        /// The keys of a definition, its steps and its groups, the frequent ones first. The host
        /// packs them by their numbers, from 1 in this order.
        #[derive(Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum Key {
            Other,
            $($key,)*
        }

        impl Key {
            /// The key that starts here. Its name is not searched for its end, but compared together
            /// with its closing quote, eight bytes at once, for every step has up to nine keys.
            #[inline(always)]
            fn read(reader: &mut Reader) -> Sure<Self> {
                if let Some((first, second)) = reader.words_behind() {
                    $({
                        const KEY: Quoted = quoted($name);
                        if first & KEY.mask.0 == KEY.words.0 && second & KEY.mask.1 == KEY.words.1 {
                            reader.pass($name.len() + 2);
                            return Ok(Self::$key);
                        }
                    })*
                }
                Ok(Self::of_bytes(reader.string()?.decode().as_bytes()))
            }

            #[cold]
            #[inline(never)]
            fn of_bytes(text: &[u8]) -> Self {
                $(if text == $name {
                    return Self::$key;
                })*
                Self::Other
            }

            pub fn from_number(number: u8) -> Option<Self> {
                const ALL: [Key; [$($name.as_slice()),*].len()] = [$(Key::$key),*];
                ALL.get(usize::from(number.checked_sub(1)?)).copied()
            }
        }
    };
}

keys! {
    Id b"id",
    ActionId b"action_id",
    Agent b"agent",
    ExecuteApi b"execute_api",
    UndoApi b"undo_api",
    Timeout b"timeout",
    Retries b"retries",
    DependsOn b"depends_on",
    CheckpointGoal b"checkpoint_goal",
    Policy b"policy",
    Branches b"branches",
    Name b"name",
    SessionId b"session_id",
    Steps b"steps",
    SagaId b"saga_id",
    FanOut b"fan_out",
    Metadata b"metadata",
}

/// A name and its closing quote as two words, and which bits of the words those are.
struct Quoted {
    words: (u64, u64),
    mask: (u64, u64),
}

/// Every name is short enough: with a longer one the shift overflows, and this does not compile.
const fn quoted(mut name: &[u8]) -> Quoted {
    let (mut text, mut shift) = (0, 0);
    while let [byte, rest @ ..] = name {
        text |= (*byte as u128) << shift;
        shift += 8;
        name = rest;
    }
    text |= (b'"' as u128) << shift;
    Quoted {
        words: halves(text),
        mask: halves(u128::MAX >> (120 - shift)),
    }
}

const fn halves(both: u128) -> (u64, u64) {
    (both as u64, (both >> 64) as u64)
}

/// A value; of objects and arrays only that they begin.
pub(crate) enum Value<'a> {
    Object,
    Array,
    Text(Text<'a>),
    Whole(u32),
    Null,
}

/// Where a definition comes from: a text, or what the host packed of a value.
pub(crate) trait Source<'a> {
    /// What the next value is; if it is a scalar, it was read.
    fn value(&mut self) -> Sure<Value<'a>>;
    fn members(&mut self, each: impl FnMut(&mut Self, Key) -> Sure<()>) -> Sure<()>;
    fn items(&mut self, each: impl FnMut(&mut Self, usize) -> Sure<()>) -> Sure<()>;
    /// Passes over any value that is nested at most `levels` deep, and says what it was.
    fn skip(&mut self, levels: usize) -> Sure<Kind>;
    /// Nothing may follow.
    fn end(&mut self) -> Sure<()>;
}

impl<'a> Source<'a> for Reader<'a> {
    #[inline(always)]
    fn value(&mut self) -> Sure<Value<'a>> {
        match self.kind()? {
            Kind::Object => Ok(Value::Object),
            Kind::Array => Ok(Value::Array),
            Kind::String => Ok(Value::Text(self.string()?)),
            // `1.0` and `1e2` are integers too: the full validator knows them.
            Kind::Number => self.whole().map(Value::Whole).ok_or(Unsure),
            Kind::Literal if self.literal()? == "null" => Ok(Value::Null),
            Kind::Literal => Err(Unsure),
        }
    }

    #[inline]
    fn members(&mut self, each: impl FnMut(&mut Self, Key) -> Sure<()>) -> Sure<()> {
        self.members_by(|reader| Key::read(reader), each)
    }

    #[inline]
    fn items(&mut self, each: impl FnMut(&mut Self, usize) -> Sure<()>) -> Sure<()> {
        Reader::items(self, each)
    }

    fn skip(&mut self, levels: usize) -> Sure<Kind> {
        let kind = self.kind()?;
        self.skip_value(levels).map_err(|_| Unsure)?;
        Ok(kind)
    }

    fn end(&mut self) -> Sure<()> {
        Ok(Reader::end(self)?)
    }
}

/// The outline of a definition that is surely sound in structure.
pub(crate) fn outline<'a>(mut source: impl Source<'a>, limits: &Limits) -> Sure<Outline<'a>> {
    let mut outline = Outline::default();
    let mut keys = Keys::default();
    let Value::Object = source.value()? else {
        return Err(Unsure);
    };
    source.members(|source, key| {
        keys.once(key)?;
        if key == Key::Metadata {
            let kind = source.skip(limits.max_depth.saturating_sub(1))?;
            return if kind == Kind::Object {
                Ok(())
            } else {
                Err(Unsure)
            };
        }
        match (key, source.value()?) {
            (Key::Name | Key::SessionId, Value::Text(text)) if !text.is_empty() => Ok(()),
            (Key::SagaId, Value::Text(_)) => Ok(()),
            (Key::Steps, Value::Array) => {
                source.items(|source, index| step(source, index, &mut outline))
            }
            (Key::FanOut, Value::Array) => source.items(|source, index| {
                outline.fan_out.push(group(source, index, limits)?);
                Ok(())
            }),
            _ => Err(Unsure),
        }
    })?;
    source.end()?;
    let required = keys.all(&[Key::Name, Key::SessionId, Key::Steps]);
    let count = (1..=limits.max_steps).contains(&outline.steps.len());
    // A step with dependencies stands four levels deep.
    let sound = required && count && limits.max_depth >= 4;
    if sound { Ok(outline) } else { Err(Unsure) }
}

fn step<'a>(source: &mut impl Source<'a>, index: usize, outline: &mut Outline<'a>) -> Sure<()> {
    let first = outline.dependencies.len();
    let mut step = Step {
        index,
        position: index,
        depends_on: first..first,
        ..Step::default()
    };
    let mut keys = Keys::default();
    let Value::Object = source.value()? else {
        return Err(Unsure);
    };
    source.members(|source, key| {
        keys.once(key)?;
        match (key, source.value()?) {
            (Key::Id, Value::Text(id)) if !id.is_empty() => step.id = Some(id.decode()),
            (Key::ActionId, Value::Text(action)) if !action.is_empty() => {
                step.action_id = Some(action.decode());
            }
            (Key::Agent, Value::Text(agent)) if !agent.is_empty() => {}
            (Key::ExecuteApi | Key::CheckpointGoal, Value::Text(_)) => {}
            (Key::UndoApi, Value::Text(endpoint)) => step.undo_api = Some(endpoint.decode()),
            (Key::UndoApi | Key::CheckpointGoal, Value::Null) => {}
            (Key::Timeout, Value::Whole(1..=86_400)) => {}
            (Key::Retries, Value::Whole(0..=10)) => {}
            (Key::DependsOn, Value::Array) => {
                strings(source, &mut outline.dependencies, false)?;
                step.depends_on = first..outline.dependencies.len();
                distinct(outline.depends_on(&step))?;
            }
            _ => return Err(Unsure),
        }
        Ok(())
    })?;
    if !keys.all(&[Key::Id, Key::ActionId, Key::Agent]) {
        return Err(Unsure);
    }
    outline.steps.push(step);
    Ok(())
}

fn group<'a>(source: &mut impl Source<'a>, index: usize, limits: &Limits) -> Sure<Group<'a>> {
    let mut group = Group {
        index,
        ..Group::default()
    };
    let mut keys = Keys::default();
    let Value::Object = source.value()? else {
        return Err(Unsure);
    };
    source.members(|source, key| match key {
        Key::Policy => {
            keys.once(key)?;
            let Value::Text(policy) = source.value()? else {
                return Err(Unsure);
            };
            group.policy = Some(policy.decode());
            Ok(())
        }
        Key::Branches => {
            keys.once(key)?;
            let Value::Array = source.value()? else {
                return Err(Unsure);
            };
            strings(source, &mut group.branches, true)
        }
        _ => source.skip(limits.max_depth.saturating_sub(3)).map(|_| ()),
    })?;
    Ok(group)
}

fn strings<'a>(
    source: &mut impl Source<'a>,
    items: &mut Vec<Item<'a>>,
    may_be_empty: bool,
) -> Sure<()> {
    source.items(|source, index| match source.value()? {
        Value::Text(id) if may_be_empty || !id.is_empty() => {
            let id = id.decode();
            items.push(Item { index, id });
            Ok(())
        }
        _ => Err(Unsure),
    })
}

/// The keys that an object has had so far; a second time leaves the verdict to the full validator.
#[derive(Default)]
struct Keys(u32);

impl Keys {
    #[inline]
    fn once(&mut self, key: Key) -> Sure<()> {
        let bit = 1 << key as u8;
        let new = self.0 & bit == 0;
        self.0 |= bit;
        if new { Ok(()) } else { Err(Unsure) }
    }

    fn all(&self, keys: &[Key]) -> bool {
        keys.iter().all(|key| self.0 & 1 << *key as u8 != 0)
    }
}

fn distinct(items: &[Item]) -> Sure<()> {
    // Most lists are short: comparing each with each beats a table.
    if items.len() <= 8 {
        let mut pairs = items.iter().enumerate();
        let twin = pairs.any(|(at, item)| items.iter().take(at).any(|other| other.id == item.id));
        return if twin { Err(Unsure) } else { Ok(()) };
    }
    let mut ids = Ids::with_room_for(items.len());
    let mut places = items.iter().enumerate();
    let twins = places.any(|(at, item)| ids.add(&item.id, at) != at);
    if twins { Err(Unsure) } else { Ok(()) }
}
