//! Steps without the names of their fields: a long list of them is half as long, and is read in half
//! the time.

use serde::ser::{Serialize, SerializeSeq, Serializer};

use crate::definition::json::text as json;
use crate::definition::objects::{self, Outcome, Read, Wrong};
use crate::definition::reader::Reader;
use crate::error::{Code, Error};
use crate::saga::Step;

/// The steps as JSON, each a list of its values.
pub fn write(steps: &[Step]) -> String {
    json(&steps.iter().map(Written).collect::<Vec<_>>())
}

/// The steps of such a text. What is wrong with one is said by the document itself.
pub fn read(text: &str) -> Result<Vec<Step>, Error> {
    let rows = objects::from_str::<Vec<Row>>(text);
    let rows = rows.map_err(|wrong| Error::new(Code::BadSnapshot, wrong.message))?;
    Ok(rows.into_iter().map(|Row(step)| step).collect())
}

struct Written<'s>(&'s Step);

#[derive(Default)]
struct Row(Step);

impl Read for Row {
    fn read(&mut self, from: &mut Reader<'_>) -> Outcome {
        let mut values = values(&mut self.0).into_iter();
        objects::list(from, &mut |from, _| {
            values.next().ok_or_else(other_values)?.read(from)
        })?;
        match values.next() {
            None => Ok(()),
            Some(_) => Err(other_values()),
        }
    }
}

fn other_values() -> Box<Wrong> {
    Wrong::new("a step has other values")
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

        fn values(step: &mut Step) -> [&mut dyn Read; STEP_FIELDS.len()] {
            let Step { $( $field, )+ } = step;
            [$( $field, )+]
        }
    };
}

fields! {
    step_id action_id agent_did execute_api undo_api state in_doubt execute_result
    compensation_result error started_at completed_at timeout_seconds max_retries retry_count
    undo_retry_count attempt activity retry_at committed_seq depends_on checkpoint_goal fence
}
