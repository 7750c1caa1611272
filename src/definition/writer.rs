//! Writes our structs as JSON text. serde_json's serializer is compiled anew for each type of a field;
//! of this one nearly all is compiled once. Strings and numbers are written by serde_json still.

use std::fmt::{self, Display};

use serde::ser::{self, Serialize, Serializer};

pub(crate) struct Writer<'t> {
    text: &'t mut Vec<u8>,
    /// Whether the next value is the text of one.
    raw: bool,
}

/// The name that a [`super::Json`] gives itself.
pub(super) const RAW: &str = "Json";

/// Memory takes everything.
#[derive(Debug)]
pub(crate) struct Never;

impl Display for Never {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot be written")
    }
}

impl std::error::Error for Never {}

impl ser::Error for Never {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

impl<'t> Writer<'t> {
    pub fn new(text: &'t mut Vec<u8>) -> Self {
        Self { text, raw: false }
    }

    #[inline(never)]
    fn put(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }

    #[inline(never)]
    fn string(&mut self, text: &str) {
        if std::mem::take(&mut self.raw) {
            self.put(text);
        } else {
            self.scalar(text);
        }
    }

    #[inline(never)]
    fn scalar<T: Serialize + ?Sized>(&mut self, value: &T) {
        let _ = serde_json::to_writer(&mut *self.text, value);
    }

    /// A comma, but before the first in an object or a list: nothing else ends as these begin.
    #[inline(never)]
    fn separate(&mut self) {
        if !matches!(self.text.last(), Some(b'{' | b'[')) {
            self.text.push(b',');
        }
    }

    #[inline(never)]
    fn key(&mut self, key: &str) {
        if !self.raw {
            self.separate();
            self.scalar(key);
            self.text.push(b':');
        }
    }
}

macro_rules! scalars {
    ($($method:ident $type:ty as $wide:ty;)+) => {$(
        fn $method(self, value: $type) -> Result<(), Never> {
            self.scalar(&<$wide>::from(value));
            Ok(())
        }
    )+};
}

impl<'w, 't> Serializer for &'w mut Writer<'t> {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Inside<'w, 't>;
    type SerializeTuple = Inside<'w, 't>;
    type SerializeTupleStruct = Inside<'w, 't>;
    type SerializeTupleVariant = Inside<'w, 't>;
    type SerializeMap = Inside<'w, 't>;
    type SerializeStruct = Inside<'w, 't>;
    type SerializeStructVariant = Inside<'w, 't>;

    scalars! {
        serialize_i8 i8 as i64; serialize_i16 i16 as i64; serialize_i32 i32 as i64;
        serialize_i64 i64 as i64; serialize_u8 u8 as u64; serialize_u16 u16 as u64;
        serialize_u32 u32 as u64; serialize_u64 u64 as u64; serialize_f32 f32 as f64;
        serialize_f64 f64 as f64; serialize_char char as char;
    }

    fn serialize_bool(self, value: bool) -> Result<(), Never> {
        self.put(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), Never> {
        self.string(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Never> {
        value.serialize(self)
    }

    fn serialize_none(self) -> Result<(), Never> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Never> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Never> {
        self.put("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Never> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Never> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        self.raw = name == RAW;
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        let mut inside = self.serialize_map(None)?;
        ser::SerializeMap::serialize_entry(&mut inside, variant, value)?;
        ser::SerializeMap::end(inside)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Inside<'w, 't>, Never> {
        Ok(Inside::new(self, "[", "]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Inside<'w, 't>, Never> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Inside<'w, 't>, Never> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Inside<'w, 't>, Never> {
        Ok(Inside::variant(self, variant, "[", "]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Inside<'w, 't>, Never> {
        Ok(Inside::new(self, "{", "}"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Inside<'w, 't>, Never> {
        // serde_json hands over the text of a value as the one field of a struct.
        let (opening, closing) = if self.raw { ("", "") } else { ("{", "}") };
        Ok(Inside::new(self, opening, closing))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Inside<'w, 't>, Never> {
        Ok(Inside::variant(self, variant, "{", "}}"))
    }
}

/// An object or a list that is being written.
pub(crate) struct Inside<'w, 't> {
    writer: &'w mut Writer<'t>,
    closing: &'static str,
}

impl<'w, 't> Inside<'w, 't> {
    fn new(writer: &'w mut Writer<'t>, opening: &str, closing: &'static str) -> Self {
        writer.put(opening);
        Self { writer, closing }
    }

    fn variant(
        writer: &'w mut Writer<'t>,
        variant: &str,
        opening: &str,
        closing: &'static str,
    ) -> Self {
        writer.put("{");
        writer.key(variant);
        Self::new(writer, opening, closing)
    }
}

macro_rules! lists {
    ($($list:ident $method:ident)+) => {$(
        impl ser::$list for Inside<'_, '_> {
            type Ok = ();
            type Error = Never;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
                self.writer.separate();
                value.serialize(&mut *self.writer)
            }

            fn end(self) -> Result<(), Never> {
                self.writer.put(self.closing);
                Ok(())
            }
        }
    )+};
}

lists! {
    SerializeSeq serialize_element
    SerializeTuple serialize_element
    SerializeTupleStruct serialize_field
    SerializeTupleVariant serialize_field
}

macro_rules! structs {
    ($($struct:ident)+) => {$(
        impl ser::$struct for Inside<'_, '_> {
            type Ok = ();
            type Error = Never;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), Never> {
                self.writer.key(key);
                value.serialize(&mut *self.writer)
            }

            fn end(self) -> Result<(), Never> {
                self.writer.put(self.closing);
                Ok(())
            }
        }
    )+};
}

structs! { SerializeStruct SerializeStructVariant }

/// All our keys are strings.
impl ser::SerializeMap for Inside<'_, '_> {
    type Ok = ();
    type Error = Never;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Never> {
        self.writer.separate();
        key.serialize(&mut *self.writer)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        self.writer.put(":");
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Result<(), Never> {
        self.writer.put(self.closing);
        Ok(())
    }
}
