//! Reads structs from JSON. serde compiles a reader for each struct, and takes a list for one, field
//! by field; here a struct is a table, one function reads them all, and only an object is one.

use std::borrow::Cow;

use serde::de::value::Error as InWords;
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::Value;
use serde_json::value::RawValue;

use super::diagnostic::{Path, Segment};
use super::document;
use super::json::{self, Json};
use super::reader::{Fault, Kind, Reader};
use crate::words::{self, Word};

/// What can be read, over what was there.
pub(crate) trait Read {
    /// Reads the value that comes next.
    fn read(&mut self, from: &mut Reader<'_>) -> Outcome;

    /// Whether the member of an object that it is may be missing.
    fn may_be_missing(&self) -> bool {
        false
    }
}

/// Boxed, for then nothing is wrong where it is null.
pub(crate) type Outcome<T = ()> = Result<T, Box<Wrong>>;

/// What is wrong with a value, and where.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub message: String,
    /// From the value outwards.
    path: Vec<Segment>,
}

impl Wrong {
    #[cold]
    pub fn new(message: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            message: message.into(),
            path: Vec::new(),
        })
    }

    #[cold]
    fn within(mut self: Box<Self>, segment: Segment) -> Box<Self> {
        self.path.push(segment);
        self
    }

    pub fn place(self) -> Path {
        Path(self.path.into_iter().rev().collect())
    }
}

impl From<Fault> for Box<Wrong> {
    fn from(fault: Fault) -> Self {
        Wrong::new(fault.message)
    }
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

/// The value that `text` writes.
pub(crate) fn from_str<T: Read + Default>(text: &str) -> Outcome<T> {
    let mut value = T::default();
    read_whole(text, &mut value)?;
    Ok(value)
}

/// Reads the value that `text` writes.
pub(crate) fn read_whole(text: &str, into: &mut dyn Read) -> Outcome {
    let mut reader = Reader::new(text);
    into.read(&mut reader)?;
    Ok(reader.end()?)
}

/// The same for who has the value in another form.
pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Read + Default,
    D: Deserializer<'de>,
{
    let written = Json::deserialize(deserializer)?;
    from_str(written.text()).map_err(D::Error::custom)
}

/// A struct that is read from an object.
pub(crate) trait Object {
    fn shape(&self) -> &'static Shape;

    /// The member of this place in the names.
    fn member(&mut self, place: usize) -> Option<&mut dyn Read>;
}

pub(crate) struct Shape {
    /// What the members are called; no more than 64.
    pub names: &'static [&'static str],
    /// How many of them are needed, from the first; the others keep what they are by default.
    pub needed: usize,
    /// Whether there must be no others.
    pub strict: bool,
}

/// Declares how a struct is read: `strict` or `open` for others; its fields, with the name where
/// it is another; those behind a semicolon are not needed. What is no field does not compile.
macro_rules! object {
    ($others:ident $struct:ident {
        $( $needed:ident $(= $name:literal)? ),*
        $(; $( $given:ident $(= $named:literal)? ),* )?
    }) => {
        impl $crate::definition::objects::Object for $struct {
            fn shape(&self) -> &'static $crate::definition::objects::Shape {
                const NEEDED: &[&str] = &[$( stringify!($needed) ),*];
                const SHAPE: $crate::definition::objects::Shape = $crate::definition::objects::Shape {
                    names: &[
                        $( object!(@name $needed $($name)?), )*
                        $( $( object!(@name $given $($named)?), )* )?
                    ],
                    needed: NEEDED.len(),
                    strict: object!(@strict $others),
                };
                &SHAPE
            }

            fn member(&mut self, place: usize) -> Option<&mut dyn $crate::definition::objects::Read> {
                #[allow(non_camel_case_types)]
                enum Place { $( $needed, )* $( $( $given, )* )? }
                $( if place == Place::$needed as usize { return Some(&mut self.$needed); } )*
                $( $( if place == Place::$given as usize { return Some(&mut self.$given); } )* )?
                None
            }
        }

        impl $crate::definition::objects::Read for $struct {
            fn read(
                &mut self,
                from: &mut $crate::definition::reader::Reader<'_>,
            ) -> $crate::definition::objects::Outcome {
                $crate::definition::objects::read_object(self, from)
            }
        }

        impl<'de> serde::Deserialize<'de> for $struct {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                $crate::definition::objects::deserialize(from)
            }
        }
    };
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $name:literal) => { $name };
    (@strict strict) => { true };
    (@strict open) => { false };
}

pub(crate) use object;

pub(crate) fn read_object(into: &mut dyn Object, from: &mut Reader<'_>) -> Outcome {
    expect(from, Kind::Object, "an object")?;
    let shape = into.shape();
    let mut seen = 0_u64;
    from.members(|from, key| {
        let key = key.decode();
        let read = read_member(into, &mut seen, &key, from);
        read.map_err(|wrong| wrong.within(Segment::Key(key.into_owned())))
    })?;
    for (place, name) in shape.names.iter().take(shape.needed).enumerate() {
        let may_be_missing = |member: &mut dyn Read| member.may_be_missing();
        if seen >> place & 1 == 0 && !into.member(place).is_some_and(may_be_missing) {
            return Err(Wrong::new(format!("missing field `{name}`")));
        }
    }
    Ok(())
}

fn read_member(into: &mut dyn Object, seen: &mut u64, key: &str, from: &mut Reader<'_>) -> Outcome {
    let shape = into.shape();
    match words::place(key, shape.names).and_then(|place| Some((place, into.member(place)?))) {
        Some((place, member)) => {
            let bit = 1 << place;
            if *seen & bit != 0 {
                return Err(Wrong::new(format!("duplicate field `{key}`")));
            }
            *seen |= bit;
            member.read(from)
        }
        None if shape.strict => {
            let unknown = InWords::unknown_field(key, shape.names);
            Err(Wrong::new(unknown.to_string()))
        }
        None => raw(from).map(drop),
    }
}

/// Reads the items of a list.
pub(crate) fn list(
    from: &mut Reader<'_>,
    read: &mut dyn FnMut(&mut Reader<'_>, usize) -> Outcome,
) -> Outcome {
    expect(from, Kind::Array, "a list")?;
    from.items(|from, index| read(from, index).map_err(|wrong| wrong.within(Segment::Index(index))))
}

impl<T: Read + Default> Read for Vec<T> {
    fn read(&mut self, from: &mut Reader<'_>) -> Outcome {
        self.clear();
        list(from, &mut |from, _| {
            let mut item = T::default();
            item.read(from)?;
            self.push(item);
            Ok(())
        })
    }
}

impl Read for (String, String) {
    fn read(&mut self, from: &mut Reader<'_>) -> Outcome {
        let mut length = 0;
        list(from, &mut |from, index| {
            length = index + 1;
            match index {
                0 => self.0.read(from),
                1 => self.1.read(from),
                _ => raw(from).map(drop),
            }
        })?;
        if length == 2 {
            return Ok(());
        }
        let message = format!("invalid length {length}, expected a list of 2");
        Err(Wrong::new(message))
    }
}

impl<T: Read + Default> Read for Option<T> {
    fn read(&mut self, from: &mut Reader<'_>) -> Outcome {
        if null(from) {
            *self = None;
            return Ok(());
        }
        self.insert(T::default()).read(from)
    }

    fn may_be_missing(&self) -> bool {
        true
    }
}

impl Read for Option<Json> {
    fn read(&mut self, from: &mut Reader<'_>) -> Outcome {
        *self = if null(from) {
            None
        } else {
            Some(Json::from(raw(from)?))
        };
        Ok(())
    }

    fn may_be_missing(&self) -> bool {
        true
    }
}

impl Read for Value {
    fn read(&mut self, from: &mut Reader<'_>) -> Outcome {
        let read = document::value(raw(from)?.get());
        *self = read.map_err(|finding| Wrong::new(finding.message))?;
        Ok(())
    }
}

impl Read for String {
    fn read(&mut self, from: &mut Reader<'_>) -> Outcome {
        *self = string(from)?.into_owned();
        Ok(())
    }
}

impl Read for bool {
    fn read(&mut self, from: &mut Reader<'_>) -> Outcome {
        let expected = "a boolean";
        expect(from, Kind::Literal, expected)?;
        if null(from) {
            return Err(Wrong::new(format!(
                "invalid type: null, expected {expected}"
            )));
        }
        *self = from.literal()? == "true";
        Ok(())
    }
}

impl Read for f64 {
    fn read(&mut self, from: &mut Reader<'_>) -> Outcome {
        expect(from, Kind::Number, "a number")?;
        *self = from.number()?.as_f64().unwrap_or_default();
        Ok(())
    }
}

macro_rules! whole_numbers {
    ($($number:ty)+) => {$(
        impl Read for $number {
            fn read(&mut self, from: &mut Reader<'_>) -> Outcome {
                *self = whole(from, <$number>::MAX as u64)? as $number;
                Ok(())
            }
        }
    )+};
}

whole_numbers! { u32 u64 usize }

/// A whole number up to `most`. `30.0` is one, as it is for JSON Schema.
fn whole(from: &mut Reader<'_>, most: u64) -> Outcome<u64> {
    let expected = || format!("a whole number from 0 to {most}");
    let kind = from.kind()?;
    if kind != Kind::Number {
        return Err(unexpected(from, kind, &expected()));
    }
    let number = from.number()?;
    let whole = number.as_u64().or_else(|| {
        let number = number.as_f64()?;
        let is_whole = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
        is_whole.then_some(number as u64)
    });
    whole.filter(|whole| *whole <= most).ok_or_else(|| {
        let fault = if number.is_f64() { "type" } else { "value" };
        let (number, expected) = (json::text(&number), expected());
        Wrong::new(format!(
            "invalid {fault}: number `{number}`, expected {expected}"
        ))
    })
}

/// The string that comes next.
pub(crate) fn string<'a>(from: &mut Reader<'a>) -> Outcome<Cow<'a, str>> {
    expect(from, Kind::String, "a string")?;
    Ok(from.string()?.decode())
}

impl<W: Word> Read for W {
    fn read(&mut self, from: &mut Reader<'_>) -> Outcome {
        *self = W::at(word(from, W::WORDS)?);
        Ok(())
    }
}

fn word(from: &mut Reader<'_>, words: &'static [&'static str]) -> Outcome<usize> {
    let word = string(from)?;
    words::place(&word, words)
        .ok_or_else(|| Wrong::new(InWords::unknown_variant(&word, words).to_string()))
}

/// Passes over `null`, if that comes next.
fn null(from: &mut Reader<'_>) -> bool {
    from.skip_space();
    let null = from.rest().starts_with("null");
    if null {
        from.pass("null".len());
    }
    null
}

/// The value that comes next as it stands, however deep it is.
fn raw<'a>(from: &mut Reader<'a>) -> Outcome<&'a RawValue> {
    from.skip_space();
    let mut rest = serde_json::Deserializer::from_str(from.rest());
    let value = <&RawValue>::deserialize(&mut rest).map_err(unreadable)?;
    from.pass(value.get().len());
    Ok(value)
}

#[cold]
fn unreadable(error: serde_json::Error) -> Box<Wrong> {
    // The line and column are those in a part of the text.
    let text = error.to_string();
    Wrong::new(text.split(" at line ").next().unwrap_or_default())
}

fn expect(from: &mut Reader<'_>, wanted: Kind, expected: &str) -> Outcome {
    let kind = from.kind()?;
    if kind == wanted {
        Ok(())
    } else {
        Err(unexpected(from, kind, expected))
    }
}

#[cold]
fn unexpected(from: &mut Reader<'_>, kind: Kind, expected: &str) -> Box<Wrong> {
    match found(from, kind) {
        Ok(found) => Wrong::new(format!("invalid type: {found}, expected {expected}")),
        Err(fault) => fault.into(),
    }
}

fn found(from: &mut Reader<'_>, kind: Kind) -> Result<String, Fault> {
    Ok(match kind {
        Kind::Object => "object".to_owned(),
        Kind::Array => "list".to_owned(),
        Kind::String => format!("string {:?}", from.string()?.decode()),
        Kind::Number => format!("number `{}`", json::text(&from.number()?)),
        Kind::Literal => match from.literal()? {
            "null" => "null".to_owned(),
            boolean => format!("boolean `{boolean}`"),
        },
    })
}
