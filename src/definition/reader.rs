//! A strict JSON reader that borrows from its text: the tokens, and where they stand.
//!
//! It accepts exactly what `serde_json` accepts, and says more about what it refuses.

use std::borrow::Cow;
use std::ops::Range;
use std::str::Chars;

use serde_json::{Number, Value};

/// Why a text is not JSON, and which bytes say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub message: &'static str,
    pub help: Option<&'static str>,
    pub bytes: Range<usize>,
}

/// A string as it stands in the text, without its quotes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text<'a> {
    /// What it stands in: most strings are only passed over, and never cut out.
    document: &'a str,
    /// The offset behind the opening quote.
    start: usize,
    /// The offset of the closing quote.
    end: usize,
    escaped: bool,
}

impl<'a> Text<'a> {
    /// A string that is no part of a JSON text.
    pub fn whole(text: &'a str) -> Self {
        Self {
            document: text,
            start: 0,
            end: text.len(),
            escaped: false,
        }
    }

    /// The string that was meant.
    #[inline]
    pub fn decode(self) -> Cow<'a, str> {
        let raw = self.document.get(self.start..self.end).unwrap_or_default();
        if self.escaped {
            unescape(raw)
        } else {
            Cow::Borrowed(raw)
        }
    }

    #[inline]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Its bytes in the text, quotes included.
    pub fn bytes(self) -> Range<usize> {
        self.start - 1..self.end + 1
    }
}

/// The escapes were checked when the string was read.
#[cold]
fn unescape(raw: &str) -> Cow<'_, str> {
    let mut text = String::with_capacity(raw.len());
    let mut characters = raw.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        text.extend(match characters.next() {
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some('u') => char::from_u32(match unit(&mut characters) {
                high @ 0xD800..=0xDBFF => {
                    characters.nth("\\u".len() - 1);
                    0x10000 + ((high & 0x3FF) << 10 | unit(&mut characters) & 0x3FF)
                }
                unit => unit,
            }),
            itself => itself,
        });
    }
    Cow::Owned(text)
}

/// The four digits of a `\u`, of which a pair may stand for one character.
fn unit(characters: &mut Chars<'_>) -> u32 {
    let mut unit = 0;
    for digit in characters.by_ref().take(4) {
        unit = unit << 4 | digit.to_digit(16).unwrap_or_default();
    }
    unit
}

/// What a value starts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    String,
    Number,
    Literal,
}

/// Why a value could not be passed over.
#[derive(Debug)]
pub(crate) enum Skipped {
    Fault(Fault),
    TooDeep,
}

impl From<Fault> for Skipped {
    fn from(fault: Fault) -> Self {
        Skipped::Fault(fault)
    }
}

pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The offset of the next byte.
    pub fn at(&self) -> usize {
        self.at
    }

    /// What was not read yet.
    pub fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The sixteen bytes behind the next as little-endian words, where the text has as many.
    #[inline(always)]
    pub fn words_behind(&self) -> Option<(u64, u64)> {
        let rest = self.text.as_bytes().get(self.at + 1..)?;
        let (first, rest) = rest.split_first_chunk()?;
        let (second, _) = rest.split_first_chunk()?;
        Some((u64::from_le_bytes(*first), u64::from_le_bytes(*second)))
    }

    /// Passes over bytes that were looked at.
    #[inline(always)]
    pub fn pass(&mut self, bytes: usize) {
        self.at += bytes;
    }

    #[inline(always)]
    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    #[inline(always)]
    fn peek(&self) -> Option<u8> {
        self.byte(self.at)
    }

    #[inline(always)]
    pub fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// What the next value is.
    #[inline(always)]
    pub fn kind(&mut self) -> Result<Kind, Fault> {
        self.skip_space();
        match self.peek() {
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'"') => Ok(Kind::String),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b't' | b'f' | b'n') => Ok(Kind::Literal),
            _ => Err(self.unexpected("expected a JSON value")),
        }
    }

    /// Passes over any value that is nested at most `levels` deep.
    pub fn skip_value(&mut self, levels: usize) -> Result<(), Skipped> {
        let kind = self.kind()?;
        let inside = levels.checked_sub(1);
        match (kind, inside) {
            (Kind::Object, Some(inside)) => self.members(|reader, _| reader.skip_value(inside)),
            (Kind::Array, Some(inside)) => self.items(|reader, _| reader.skip_value(inside)),
            (Kind::Object | Kind::Array, None) => Err(Skipped::TooDeep),
            (Kind::String | Kind::Number | Kind::Literal, _) => Ok(self.skip_scalar(kind)?),
        }
    }

    /// Passes over a value that holds no others.
    pub fn skip_scalar(&mut self, kind: Kind) -> Result<(), Fault> {
        match kind {
            Kind::String => self.string().map(|_| ()),
            Kind::Number => self.number_text().map(|_| ()),
            Kind::Literal => self.literal().map(|_| ()),
            Kind::Object | Kind::Array => Err(self.unexpected("expected a scalar")),
        }
    }

    /// The members of the object that starts here. `each` reads the value behind the key.
    pub fn members<E: From<Fault>>(
        &mut self,
        each: impl FnMut(&mut Self, Text<'a>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.members_by(|reader| Ok(reader.string()?), each)
    }

    /// The same, with keys as `read_key` reads them, from their opening quote on.
    #[inline]
    pub fn members_by<K, E: From<Fault>>(
        &mut self,
        read_key: impl Fn(&mut Self) -> Result<K, E>,
        mut each: impl FnMut(&mut Self, K) -> Result<(), E>,
    ) -> Result<(), E> {
        self.at += 1;
        self.skip_space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("expected a key in double quotes").into());
            }
            let key = read_key(self)?;
            self.skip_space();
            if self.peek() != Some(b':') {
                return Err(self.unexpected("expected `:` behind the key").into());
            }
            self.at += 1;
            each(self, key)?;
            self.skip_space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(self.unexpected("expected `,` or `}`").into()),
            }
        }
    }

    /// The items of the array that starts here. `each` reads one value.
    pub fn items<E: From<Fault>>(
        &mut self,
        mut each: impl FnMut(&mut Self, usize) -> Result<(), E>,
    ) -> Result<(), E> {
        self.at += 1;
        self.skip_space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        let mut index = 0;
        loop {
            each(self, index)?;
            index += 1;
            self.skip_space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(self.unexpected("expected `,` or `]`").into()),
            }
        }
    }

    /// The string that starts here.
    #[inline(always)]
    pub fn string(&mut self) -> Result<Text<'a>, Fault> {
        let start = self.at;
        let mut at = start + 1;
        let mut escaped = false;
        loop {
            at = self.stop(at);
            match self.byte(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    at = self.escape(at)?;
                }
                Some(_) => {
                    return Err(Fault {
                        message: "a control character in a string",
                        help: Some("write it as an escape: \\n, \\t, \\u0000"),
                        bytes: at..at + 1,
                    });
                }
                None => {
                    return Err(Fault {
                        message: "the string is not closed",
                        help: None,
                        bytes: start..at,
                    });
                }
            }
        }
        self.at = at + 1;
        Ok(Text {
            document: self.text,
            start: start + 1,
            end: at,
            escaped,
        })
    }

    /// Where a string ends, or needs a look: at a quote, a backslash, a control character. Most of
    /// a document are strings, so it looks at eight bytes at a time.
    #[inline(always)]
    fn stop(&self, mut from: usize) -> usize {
        let mut rest = self.text.as_bytes().get(from..).unwrap_or_default();
        while let Some((word, behind)) = rest.split_first_chunk::<8>() {
            let stops = stops(u64::from_le_bytes(*word));
            if stops != 0 {
                return from + stops.trailing_zeros() as usize / 8;
            }
            from += 8;
            rest = behind;
        }
        let mut tail = rest.iter();
        let stop = tail.position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
        from + stop.unwrap_or(rest.len())
    }

    /// Checks the escape at `at` and returns the offset behind it.
    fn escape(&self, at: usize) -> Result<usize, Fault> {
        let fault = |message, end: usize| Fault {
            message,
            help: None,
            bytes: at..self.text.len().min(end),
        };
        match self.byte(at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
            Some(b'u') => {
                let unit = self.hex(at + 2);
                match unit {
                    None => Err(fault("an escape \\u needs four hexadecimal digits", at + 2)),
                    Some(0xD800..=0xDBFF) => {
                        let low = (self.byte(at + 6) == Some(b'\\')
                            && self.byte(at + 7) == Some(b'u'))
                        .then(|| self.hex(at + 8))
                        .flatten();
                        match low {
                            Some(0xDC00..=0xDFFF) => Ok(at + 12),
                            _ => Err(fault("an unpaired surrogate", at + 6)),
                        }
                    }
                    Some(0xDC00..=0xDFFF) => Err(fault("an unpaired surrogate", at + 6)),
                    Some(_) => Ok(at + 6),
                }
            }
            _ => Err(fault("an unknown escape", at + 1)),
        }
    }

    fn hex(&self, at: usize) -> Option<u32> {
        let digits = self.text.get(at..at + 4)?;
        let all_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        all_hex
            .then(|| u32::from_str_radix(digits, 16).ok())
            .flatten()
    }

    /// The number that starts here.
    pub fn number(&mut self) -> Result<Value, Fault> {
        let start = self.at;
        let text = self.number_text()?;
        if let Ok(whole) = text.parse::<u64>() {
            return Ok(whole.into());
        }
        let number = text.parse().map(Value::Number);
        number.map_err(|_| self.bad_number(start))
    }

    /// The number that starts here, as it stands.
    fn number_text(&mut self) -> Result<&'a str, Fault> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let digits = self.digits();
        let leading_zero = self.byte(self.at - digits) == Some(b'0') && digits > 1;
        if digits == 0 || leading_zero {
            return Err(self.bad_number(start));
        }
        let mut exponent = false;
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return Err(self.bad_number(start));
            }
        }
        if let Some(b'e' | b'E') = self.peek() {
            exponent = true;
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(self.bad_number(start));
            }
        }
        let raw = self.text.get(start..self.at).unwrap_or_default();
        // Below 300 digits only an exponent can leave the range of a double.
        if (exponent || raw.len() > 300) && raw.parse::<Number>().is_err() {
            return Err(Fault {
                message: "a number out of range",
                help: Some("numbers are 64-bit floating point: at most about 1.8e308"),
                bytes: start..self.at,
            });
        }
        Ok(raw)
    }

    /// The whole number that starts here, where it is written as one and not too large. What may
    /// stand behind it, as in `1.0` and `1e2`, which are whole too, is left to be read.
    #[inline(always)]
    pub fn whole(&mut self) -> Option<u32> {
        let start = self.at;
        let mut number: u32 = 0;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            number = number
                .checked_mul(10)?
                .checked_add(u32::from(digit - b'0'))?;
            self.at += 1;
        }
        let leading_zero = self.byte(start) == Some(b'0') && self.at - start > 1;
        let plain = self.at > start && !leading_zero;
        plain.then_some(number)
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        self.at - start
    }

    fn bad_number(&self, start: usize) -> Fault {
        Fault {
            message: "not a JSON number",
            help: None,
            bytes: start..self.text.len().min(self.at.max(start + 1)),
        }
    }

    /// The `true`, `false` or `null` that starts here.
    pub fn literal(&mut self) -> Result<&'static str, Fault> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        for word in ["true", "false", "null"] {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(word);
            }
        }
        Err(self.unexpected("expected a JSON value"))
    }

    /// Nothing but space may follow.
    pub fn end(&mut self) -> Result<(), Fault> {
        self.skip_space();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.unexpected("more text behind the document")),
        }
    }

    #[cold]
    #[inline(never)]
    fn unexpected(&self, message: &'static str) -> Fault {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let mut characters = rest.chars();
        let first = characters.next();
        let help = match first {
            None => Some("the text ends here"),
            Some('\'') => Some("JSON strings are in double quotes"),
            Some('/' | '#') => Some("JSON has no comments"),
            Some('}' | ']') => Some("is there a comma too many before it?"),
            Some('\u{feff}') => Some("remove the byte order mark: save as UTF-8 without BOM"),
            Some('\0') => Some("remove the NUL character"),
            Some('a'..='z' | 'A'..='Z') => {
                Some("the only words are true, false and null; strings are in double quotes")
            }
            Some(_) => None,
        };
        let end = rest.len() - characters.as_str().len();
        Fault {
            message,
            help,
            bytes: self.at..self.at + end,
        }
    }
}

/// The high bits of the bytes of a word that [`Reader::stop`] looks for. Of those only the lowest is
/// sure: what a subtraction borrows goes upwards.
#[inline(always)]
fn stops(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    let below =
        |word: u64, bound: u8| word.wrapping_sub(ONES * u64::from(bound)) & !word & (ONES * 128);
    let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    is(b'"') | is(b'\\') | below(word, 0x20)
}
