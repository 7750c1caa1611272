//! How values cross: out to the host always, in from the host where the core takes them.
//!
//! The types of both sides have the same names; a macro names each field once, and the compiler
//! says where one side has another.

use serde_json::Value;

use super::interfaces::types as host;
use crate::definition::Json;
use crate::error::{self as own, Error};
use crate::saga::Timestamp;

/// A value of the core as the host gets it.
pub(super) trait Out<T> {
    fn out(self) -> T;
}

/// A value of the host as the core takes it, or refuses it.
pub(super) trait Taken<T> {
    fn taken(self) -> Result<T, Error>;
}

/// Structs with the same fields on both sides; those behind the semicolon stay in the core.
macro_rules! record_out {
    ($($name:ident { $($field:ident),* $(; $($kept:ident),*)? })*) => { $(
        impl $crate::component::convert::Out<host::$name> for own::$name {
            fn out(self) -> host::$name {
                let own::$name { $($field,)* $($($kept: _,)*)? } = self;
                host::$name { $($field: $field.out(),)* }
            }
        }
    )* };
}

/// Structs that the host hands over.
macro_rules! record_in {
    ($($name:ident { $($field:ident),* })*) => { $(
        impl $crate::component::convert::Taken<own::$name> for host::$name {
            fn taken(self) -> Result<own::$name, $crate::error::Error> {
                let host::$name { $($field,)* } = self;
                Ok(own::$name { $($field: $field.taken()?,)* })
            }
        }
    )* };
}

/// Structs that cross both ways.
macro_rules! records {
    ($($records:tt)*) => {
        $crate::component::convert::record_out! { $($records)* }
        $crate::component::convert::record_in! { $($records)* }
    };
}

/// Enums of names.
macro_rules! names_out {
    ($($name:ident { $($case:ident),* })*) => { $(
        impl $crate::component::convert::Out<host::$name> for own::$name {
            fn out(self) -> host::$name {
                match self { $(own::$name::$case => host::$name::$case,)* }
            }
        }
    )* };
}

/// Enums of names that the host hands over.
macro_rules! names_in {
    ($($name:ident { $($case:ident),* })*) => { $(
        impl From<host::$name> for own::$name {
            fn from(name: host::$name) -> Self {
                match name { $(host::$name::$case => own::$name::$case,)* }
            }
        }

        impl $crate::component::convert::Taken<own::$name> for host::$name {
            fn taken(self) -> Result<own::$name, $crate::error::Error> {
                Ok(self.into())
            }
        }
    )* };
}

/// Enums of names that cross both ways.
macro_rules! names {
    ($($names:tt)*) => {
        $crate::component::convert::names_out! { $($names)* }
        $crate::component::convert::names_in! { $($names)* }
    };
}

/// Enums whose cases have fields, a record each; the last have none.
macro_rules! cases_out {
    ($name:ident { $($case:ident($record:ident) { $($field:ident),* })* } $($empty:ident)*) => {
        impl $crate::component::convert::Out<host::$name> for own::$name {
            fn out(self) -> host::$name {
                match self {
                    $(own::$name::$case { $($field),* } => {
                        host::$name::$case(host::$record { $($field: $field.out()),* })
                    })*
                    $(own::$name::$empty {} => host::$name::$empty,)*
                }
            }
        }
    };
}

/// The same where the host hands them over.
macro_rules! cases_in {
    ($name:ident { $($case:ident($record:ident) { $($field:ident),* })* } $($empty:ident)*) => {
        impl $crate::component::convert::Taken<own::$name> for host::$name {
            fn taken(self) -> Result<own::$name, $crate::error::Error> {
                Ok(match self {
                    $(host::$name::$case(host::$record { $($field),* }) => {
                        own::$name::$case { $($field: $field.taken()?),* }
                    })*
                    $(host::$name::$empty => own::$name::$empty {},)*
                })
            }
        }
    };
}

pub(super) use {cases_in, cases_out, names, names_in, names_out, record_in, record_out, records};

macro_rules! same {
    ($($type:ty),*) => { $(
        impl Out<$type> for $type {
            fn out(self) -> $type {
                self
            }
        }

        impl Taken<$type> for $type {
            fn taken(self) -> Result<$type, Error> {
                Ok(self)
            }
        }
    )* };
}

same!(String, bool, u8, u32, u64, f64, (String, String));

impl<T: Out<U>, U> Out<Option<U>> for Option<T> {
    fn out(self) -> Option<U> {
        self.map(T::out)
    }
}

impl<T: Taken<U>, U> Taken<Option<U>> for Option<T> {
    fn taken(self) -> Result<Option<U>, Error> {
        self.map(T::taken).transpose()
    }
}

impl<T: Out<U>, U> Out<U> for Box<T> {
    fn out(self) -> U {
        (*self).out()
    }
}

impl<T: Taken<U>, U> Taken<Box<U>> for T {
    fn taken(self) -> Result<Box<U>, Error> {
        self.taken().map(Box::new)
    }
}

impl<T: Out<U>, U> Out<Vec<U>> for Vec<T> {
    fn out(self) -> Vec<U> {
        self.into_iter().map(T::out).collect()
    }
}

impl<T: Taken<U>, U> Taken<Vec<U>> for Vec<T> {
    fn taken(self) -> Result<Vec<U>, Error> {
        self.into_iter().map(T::taken).collect()
    }
}

/// Nothing has more members than its memory has bytes.
impl Out<u32> for usize {
    fn out(self) -> u32 {
        u32::try_from(self).unwrap_or(u32::MAX)
    }
}

impl Taken<usize> for u32 {
    fn taken(self) -> Result<usize, Error> {
        Ok(self as usize)
    }
}

impl Out<host::Timestamp> for Timestamp {
    fn out(self) -> host::Timestamp {
        self.epoch_ms()
    }
}

impl Taken<Timestamp> for host::Timestamp {
    fn taken(self) -> Result<Timestamp, Error> {
        Timestamp::from_epoch_ms(self)
    }
}

impl Out<host::Json> for Json {
    fn out(self) -> host::Json {
        self.text().to_owned()
    }
}

impl Taken<Json> for host::Json {
    fn taken(self) -> Result<Json, Error> {
        Json::parse(&self)
    }
}

impl Out<host::Json> for Value {
    fn out(self) -> host::Json {
        self.to_string()
    }
}

record_out! { Error { code, message, details } }

impl Out<host::Json> for serde_json::Map<String, Value> {
    fn out(self) -> host::Json {
        Value::Object(self).out()
    }
}

names_out! {
    Code {
        BadOption, BadArgument, NotJson, InvalidDefinition, IllegalTransition, UnknownStep, Fenced,
        Driven, BadSnapshot, BadLog, LimiterFull, CostExceedsBurst, RateLimitExceeded
    }
}

/// What a function of the component returns.
pub(super) type Answer<T> = Result<T, host::Error>;

impl From<Error> for host::Error {
    fn from(error: Error) -> Self {
        error.out()
    }
}
