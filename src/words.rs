//! Closed lists of words: how documents spell a state, a reason, an option.

use std::fmt;

use serde::de::{Error, Visitor};

/// Declares enums whose variants are words in documents; the first is the default.
macro_rules! words {
    ($(
        $(#[$about:meta])*
        pub enum $name:ident { $( $(#[$of:meta])* $variant:ident = $word:literal, )+ }
    )+) => {$(
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "js", derive(tsify::Tsify))]
        pub enum $name {
            $( $(#[$of])* #[cfg_attr(feature = "js", serde(rename = $word))] $variant, )+
        }

        impl $name {
            /// All of them, in their order.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )+];

            /// Their words.
            pub const WORDS: &'static [&'static str] = &[$( $word, )+];

            /// The word for it in documents.
            pub const fn name(self) -> &'static str {
                match self {
                    $( Self::$variant => $word, )+
                }
            }

            /// The one that this word stands for.
            pub fn named(word: &str) -> Option<Self> {
                Self::ALL.get($crate::words::place(word, Self::WORDS)?).copied()
            }
        }

        impl Default for $name {
            fn default() -> Self {
                let [first, ..] = [$( Self::$variant, )+];
                first
            }
        }

        impl $crate::words::Word for $name {
            const WORDS: &'static [&'static str] = Self::WORDS;

            fn at(place: usize) -> Self {
                Self::ALL.get(place).copied().unwrap_or_default()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let place = deserializer.deserialize_str($crate::words::OneOf(Self::WORDS))?;
                let one = Self::ALL.get(place).copied();
                one.ok_or_else(|| serde::de::Error::custom("a word without a meaning"))
            }
        }
    )+};
}

pub(crate) use words;

/// One of such a list.
pub(crate) trait Word {
    const WORDS: &'static [&'static str];

    /// The one at this place.
    fn at(place: usize) -> Self;
}

/// The place of a word in such a list.
#[inline(never)]
pub(crate) fn place(word: &str, words: &[&str]) -> Option<usize> {
    words.iter().position(|known| *known == word)
}

/// Reads one of these words and gives its place; the same for every list, which keeps the module
/// small.
pub(crate) struct OneOf(pub &'static [&'static str]);

impl Visitor<'_> for OneOf {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<usize, E> {
        place(word, self.0).ok_or_else(|| E::unknown_variant(word, self.0))
    }
}
