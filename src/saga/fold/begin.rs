//! The first event, and whole logs.

use super::super::Saga;
use super::super::event::{Event, Fact, LOG_FORMAT, LOG_VERSION};
use super::super::snapshot::SagaSnapshot;
use super::super::step::Step;
use crate::error::{Code, Error};

/// The saga that a log tells of.
pub(in super::super) fn replay(events: impl IntoIterator<Item = Event>) -> Result<Saga, Error> {
    let mut events = events.into_iter();
    let Some(first) = events.next() else {
        return Err(Error::new(Code::BadLog, "the log is empty"));
    };
    let mut saga = if let Fact::SagaCompacted { snapshot } = &first.fact {
        let mut saga = resume(first.seq, snapshot)?;
        saga.log.push(first);
        saga
    } else {
        begin(first)?
    };
    for event in events {
        let seq = event.seq;
        saga.fold(event).map_err(|error| {
            let message = format!("event {seq} of the log: {}", error.message);
            Error::new(Code::BadLog, message).with("seq", seq)
        })?;
    }
    Ok(saga)
}

/// The saga as its first event makes it.
pub(in super::super) fn begin(first: Event) -> Result<Saga, Error> {
    let refuse = |message: String| Err(Error::new(Code::BadLog, message).with("seq", first.seq));
    let Fact::SagaCreated {
        format,
        version,
        saga_id,
        session_id,
        name,
        steps,
        fan_out,
        metadata,
    } = &first.fact
    else {
        return refuse("the log does not begin with 'saga_created'".to_owned());
    };
    if first.seq != 1 {
        return refuse(format!(
            "the log begins with event {}, not with 1",
            first.seq
        ));
    }
    if format != LOG_FORMAT {
        return refuse(format!(
            "the log's format is '{format}', not '{LOG_FORMAT}'"
        ));
    }
    if *version == 0 || *version > LOG_VERSION {
        return refuse(format!(
            "the log's version is {version}; this release reads up to {LOG_VERSION}"
        ));
    }
    let mut saga = Saga::empty(saga_id.clone(), session_id.clone(), name.clone(), first.at);
    saga.set_fan_out(fan_out.clone())?;
    saga.metadata.clone_from(metadata);
    saga.add_all(steps.iter().cloned().map(Step::new).collect())?;
    saga.seq = 1;
    saga.log.push(first);
    Ok(saga)
}

/// The saga as the snapshot of a compacted log makes it.
fn resume(seq: u64, snapshot: &SagaSnapshot) -> Result<Saga, Error> {
    if seq != snapshot.seq {
        let message = format!(
            "the log begins with event {seq}, its snapshot ends with {}",
            snapshot.seq
        );
        return Err(Error::new(Code::BadLog, message).with("seq", seq));
    }
    Saga::restore(snapshot.clone())
}
