//! How steps come in: whole, unique, and never waiting for what cannot come.

use super::Saga;
use super::step::Step;
use crate::definition::components::cyclic_components;
use crate::definition::diagnostic::as_value;
use crate::definition::{Diagnostic, Path, Rule, quote};
use crate::error::{Code, Error};

impl Saga {
    /// Adds steps that may wait for each other.
    pub(super) fn add_all(&mut self, steps: Vec<Step>) -> Result<(), Error> {
        for step in steps {
            check_fields(&step)?;
            self.put(step)?;
        }
        let graph = self.steps.iter().map(|step| self.dependencies(step));
        self.check_order(&graph.collect::<Result<Vec<_>, _>>()?)
    }

    /// Adds one step, which may wait for those before it.
    pub(super) fn add(&mut self, step: Step) -> Result<(), Error> {
        if self.state.is_final() {
            let message = format!("saga '{}' has ended: no step can be added", self.saga_id);
            return Err(Error::new(Code::InvalidDefinition, message));
        }
        check_fields(&step)?;
        self.dependencies(&step)?;
        self.put(step)
    }

    fn put(&mut self, step: Step) -> Result<(), Error> {
        let id = step.step_id.as_str();
        if let Some(before) = self.positions.insert(id, self.steps.len()) {
            self.positions.insert(id, before);
            let message = format!("Duplicate step ID: '{}'", quote(id));
            return Err(invalid(&step, Rule::DuplicateStepId, "id", message));
        }
        self.steps.push(step);
        Ok(())
    }

    /// Where the steps stand that a step waits for.
    fn dependencies(&self, step: &Step) -> Result<Vec<usize>, Error> {
        let known = |id: &String| {
            self.position(id).ok_or_else(|| {
                let message = format!(
                    "Step '{}': depends_on references unknown step '{}'",
                    quote(&step.step_id),
                    quote(id)
                );
                invalid(step, Rule::UnknownDependency, "depends_on", message)
            })
        };
        step.depends_on.iter().flatten().map(known).collect()
    }

    fn check_order(&self, graph: &Vec<Vec<usize>>) -> Result<(), Error> {
        let cycles = cyclic_components(graph);
        let first = cycles
            .first()
            .and_then(|members| self.steps.get(*members.first()?));
        match first {
            None => Ok(()),
            Some(step) => {
                let id = quote(&step.step_id);
                let message = format!("Circular dependency detected involving step '{id}'");
                Err(invalid(step, Rule::DependencyCycle, "depends_on", message))
            }
        }
    }
}

fn check_fields(step: &Step) -> Result<(), Error> {
    let texts = [
        ("id", &step.step_id),
        ("action_id", &step.action_id),
        ("agent", &step.agent_did),
    ];
    if let Some((key, _)) = texts.iter().find(|(_, text)| text.is_empty()) {
        return Err(invalid(step, Rule::MinLength, key, "must not be empty"));
    }
    if !(1..=86_400).contains(&step.timeout_seconds) {
        let rule = if step.timeout_seconds < 1 {
            Rule::Minimum
        } else {
            Rule::Maximum
        };
        return Err(invalid(step, rule, "timeout", "must be from 1 to 86400"));
    }
    if step.max_retries > 10 {
        return Err(invalid(
            step,
            Rule::Maximum,
            "retries",
            "must be from 0 to 10",
        ));
    }
    Ok(())
}

/// As a report would say it of the step by itself.
fn invalid(step: &Step, rule: Rule, key: &str, message: impl Into<String>) -> Error {
    let mut finding = Diagnostic::new(rule, Path::root().key(key), message);
    finding.step_id = Some(step.step_id.clone());
    let line = finding.reference_line();
    Error::new(Code::InvalidDefinition, line.clone())
        .with("errors", vec![line])
        .with("diagnostics", as_value(&[finding]))
}
