//! A definition as the host packs it from a value, so that judging one need not write it as JSON
//! first. The host packs what it sees, and only the strings that the rules look at; where it sees
//! more than this can say, it does not pack.
//!
//! A value is a tag and what it stands before: an object its members, each a [`Key`] and a value,
//! up to `END`; an array its items, up to `END`; a string its length in two bytes and its text in
//! UTF-8; a number its four bytes; any other JSON its length in four bytes and its text. Numbers
//! and lengths are little-endian.

use super::reader::{Kind, Reader, Text};
use super::structure::{Key, Source, Sure, Unsure, Value};

const END: u8 = 0;
const OBJECT: u8 = b'{';
const ARRAY: u8 = b'[';
const STRING: u8 = b'"';
/// A string that begins with a visible character, which is all that matters of it.
const SOME_STRING: u8 = b's';
const WHOLE_NUMBER: u8 = b'1';
const NULL: u8 = b'n';
const JSON: u8 = b'j';

pub(crate) struct Packed<'a> {
    rest: &'a [u8],
}

impl<'a> Packed<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    #[inline(always)]
    fn take<const N: usize>(&mut self) -> Sure<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(Unsure)?;
        self.rest = rest;
        Ok(*taken)
    }

    #[inline(always)]
    fn byte(&mut self) -> Sure<u8> {
        let [byte] = self.take()?;
        Ok(byte)
    }

    #[inline(always)]
    fn text(&mut self, length: usize) -> Sure<&'a str> {
        let (text, rest) = self.rest.split_at_checked(length).ok_or(Unsure)?;
        self.rest = rest;
        std::str::from_utf8(text).map_err(|_| Unsure)
    }
}

impl<'a> Source<'a> for Packed<'a> {
    #[inline(always)]
    fn value(&mut self) -> Sure<Value<'a>> {
        match self.byte()? {
            OBJECT => Ok(Value::Object),
            ARRAY => Ok(Value::Array),
            STRING => {
                let length = u16::from_le_bytes(self.take()?);
                Ok(Value::Text(Text::whole(self.text(length.into())?)))
            }
            SOME_STRING => Ok(Value::Text(Text::whole("-"))),
            WHOLE_NUMBER => Ok(Value::Whole(u32::from_le_bytes(self.take()?))),
            NULL => Ok(Value::Null),
            _ => Err(Unsure),
        }
    }

    fn members(&mut self, mut each: impl FnMut(&mut Self, Key) -> Sure<()>) -> Sure<()> {
        loop {
            match self.byte()? {
                END => return Ok(()),
                key => each(self, Key::from_number(key).ok_or(Unsure)?)?,
            }
        }
    }

    fn items(&mut self, mut each: impl FnMut(&mut Self, usize) -> Sure<()>) -> Sure<()> {
        let mut index = 0;
        while self.rest.first() != Some(&END) {
            each(self, index)?;
            index += 1;
        }
        self.byte().map(|_| ())
    }

    fn skip(&mut self, levels: usize) -> Sure<Kind> {
        let JSON = self.byte()? else {
            return Err(Unsure);
        };
        let length = u32::from_le_bytes(self.take()?);
        let mut reader = Reader::new(self.text(length as usize)?);
        let kind = reader.skip(levels)?;
        Source::end(&mut reader)?;
        Ok(kind)
    }

    fn end(&mut self) -> Sure<()> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(Unsure)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::definition::{ValidateOptions, packed_is_surely_valid};

    fn judge(packed: &[u8]) -> bool {
        packed_is_surely_valid(packed, &ValidateOptions::default())
    }

    /// `{name, session_id, steps: [{id: "a", action_id, agent, undo_api}]}`, with any action.
    fn saga(action: &[u8]) -> Vec<u8> {
        let length = (action.len() as u16).to_le_bytes();
        let parts: [&[u8]; 6] = [
            b"{\x0cs\x0ds\x0e[{\x01\"\x01\0a\x02\"",
            &length,
            action,
            b"\x03s\x05s",
            b"\x08[\0",
            b"\0\0\0",
        ];
        parts.concat()
    }

    #[test]
    fn a_sound_saga_is_surely_valid() {
        assert!(judge(&saga(b"data.extract")));
        assert!(!judge(&saga(b"extract.data")));
        assert!(!judge(&saga(b"data.\xff")));
    }

    proptest! {
        #[test]
        fn whatever_is_cut_or_changed_is_answered(at in 0usize..48, byte in any::<u8>()) {
            let whole = saga(b"data.extract");
            prop_assert!(!judge(whole.get(..at.min(whole.len() - 1)).unwrap_or_default()));
            let mut changed = whole;
            if let Some(place) = changed.get_mut(at) {
                *place = byte;
            }
            judge(&changed);
        }
    }
}
