//! Validation over one input buffer and one answer buffer: no generated glue, so that an instance
//! of its own can do it and be replaced after a trap.

use std::borrow::Cow;
use std::cell::RefCell;

use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::definition::{self, Report, ValidateOptions, json};
use crate::error::Error;

#[derive(Default)]
struct Buffers {
    input: Vec<u8>,
    answer: Vec<u8>,
    defaults: ValidateOptions,
}

thread_local! {
    static BUFFERS: RefCell<Buffers> = RefCell::default();
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Report(Report),
    Error(Error),
}

/// Room for `capacity` bytes: options as JSON (or nothing), then the document.
#[wasm_bindgen]
pub fn validation_input(capacity: usize) -> *mut u8 {
    BUFFERS.with_borrow_mut(|buffers| {
        // What is there already is written over: clearing it would take as long as reading it.
        if buffers.input.len() < capacity {
            buffers.input.resize(capacity, 0);
        }
        buffers.input.as_mut_ptr()
    })
}

/// Judges the input; returns where the answer stands. `from_text` asks for ranges.
#[wasm_bindgen]
pub fn validation_report(options: usize, document: usize, from_text: bool) -> *const u8 {
    grow_at_once(document);
    BUFFERS.with_borrow_mut(|buffers| {
        let answer = match buffers.parts(options, document) {
            Err(error) => Answer::Error(error),
            Ok((options, document)) if from_text => {
                Answer::Report(definition::validate_text(document, &options))
            }
            Ok((options, document)) => {
                Answer::Report(definition::validate_value(document, &options))
            }
        };
        buffers.answer(&answer)
    })
}

/// Takes about as much memory as a report needs in one piece and hands it to the allocator, which
/// by itself would grow the memory page by page, and each time the host may collect garbage.
fn grow_at_once(document: usize) {
    let mut room = Vec::<u8>::new();
    // Where so much is not to be had, it goes page by page after all.
    let _ = room.try_reserve_exact(document.saturating_mul(12));
    std::hint::black_box(&room);
}

/// The verdict alone: 0 invalid, 1 valid, 2 where the answer holds an error.
#[wasm_bindgen]
pub fn validation_verdict(options: usize, document: usize) -> u32 {
    BUFFERS.with_borrow_mut(|buffers| match buffers.parts(options, document) {
        Ok((options, document)) => u32::from(definition::is_valid(document, &options)),
        Err(error) => {
            buffers.answer(&Answer::Error(error));
            2
        }
    })
}

/// Whether the one fast pass is sure that a packed value is valid: 1 surely, 0 ask by its JSON.
#[wasm_bindgen]
pub fn validation_verdict_of_value(options: usize, packed: usize) -> u32 {
    BUFFERS.with_borrow(|buffers| match buffers.parts(options, packed) {
        Ok((options, packed)) => u32::from(definition::packed_is_surely_valid(packed, &options)),
        Err(_) => 0,
    })
}

/// Where the last answer stands.
#[wasm_bindgen]
pub fn validation_answer() -> *const u8 {
    BUFFERS.with_borrow(|buffers| buffers.answer.as_ptr())
}

/// How long the last answer is.
#[wasm_bindgen]
pub fn validation_answer_len() -> usize {
    BUFFERS.with_borrow(|buffers| buffers.answer.len())
}

impl Buffers {
    fn parts(
        &self,
        options: usize,
        document: usize,
    ) -> Result<(Cow<'_, ValidateOptions>, &[u8]), Error> {
        let (options, rest) = self.input.split_at_checked(options).unwrap_or_default();
        let document = rest.get(..document).unwrap_or_default();
        if options.is_empty() {
            return Ok((Cow::Borrowed(&self.defaults), document));
        }
        // The face encodes the options itself: they are UTF-8.
        let options = std::str::from_utf8(options).unwrap_or("?");
        let options = ValidateOptions::from_json(options)?;
        Ok((Cow::Owned(options), document))
    }

    fn answer(&mut self, answer: &Answer) -> *const u8 {
        self.answer.clear();
        json::write(answer, &mut self.answer);
        self.answer.as_ptr()
    }
}
