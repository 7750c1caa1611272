//! Steps without the names of their fields: a long list of them is half as long, and is read in half
//! the time.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeSeq, Serializer};

use crate::definition::json::text as json;
use crate::definition::{StepDefinition, objects};
use crate::error::{Code, Error};
use crate::saga::Step;

/// The steps as JSON, each a list of its values.
pub fn write(steps: &[Step]) -> String {
    json(&steps.iter().map(Written).collect::<Vec<_>>())
}

/// The steps of such a text. What is wrong with one is said by the document itself.
pub fn read(text: &str) -> Result<Vec<Step>, Error> {
    let rows: serde_json::Result<Vec<Read>> = objects::from_str(text);
    let rows = rows.map_err(|error| Error::new(Code::BadSnapshot, error.to_string()))?;
    Ok(rows.into_iter().map(|Read(step)| step).collect())
}

struct Written<'s>(&'s Step);

struct Read(Step);

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Values).map(Self)
    }
}

struct Values;

// Once for each kind of value, not for each field.
#[inline(never)]
fn next<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(row: &mut A) -> Result<T, A::Error> {
    let value = row.next_element()?;
    value.ok_or_else(|| de::Error::custom("a step has more values"))
}

// What is missing here or is no field of a step does not compile.
macro_rules! fields {
    ($($field:ident)+) => {
        /// What the values are called, in the order of a step's document.
        pub const STEP_FIELDS: &[&str] = &[$( stringify!($field), )+];

        impl Serialize for Written<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let Step { $( $field, )+ } = self.0;
                let mut row = serializer.serialize_seq(Some(STEP_FIELDS.len()))?;
                $( row.serialize_element($field)?; )+
                row.end()
            }
        }

        impl<'de> Visitor<'de> for Values {
            type Value = Step;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the values of a step")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<Step, A::Error> {
                let mut step = Step::new(StepDefinition::default());
                $( step.$field = next(&mut row)?; )+
                Ok(step)
            }
        }
    };
}

fields! {
    step_id action_id agent_did execute_api undo_api state in_doubt execute_result
    compensation_result error started_at completed_at timeout_seconds max_retries retry_count
    undo_retry_count attempt activity retry_at committed_seq depends_on checkpoint_goal fence
}
