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
        let before = self.steps.len();
        for step in steps {
            self.check_fields(&step)?;
            self.positions
                .insert(step.step_id.as_str(), self.steps.len());
            self.steps.push(step);
        }
        let added = self.steps.get(before..).unwrap_or_default();
        for step in added {
            self.check_dependencies(step)?;
        }
        self.check_order()
    }

    /// Adds one step, which may wait for those before it.
    pub(super) fn add(&mut self, step: Step) -> Result<(), Error> {
        if self.state.is_final() {
            let message = format!("saga '{}' has ended: no step can be added", self.saga_id);
            return Err(Error::new(Code::InvalidDefinition, message));
        }
        self.check_fields(&step)?;
        self.check_dependencies(&step)?;
        self.positions
            .insert(step.step_id.as_str(), self.steps.len());
        self.steps.push(step);
        Ok(())
    }

    fn check_fields(&self, step: &Step) -> Result<(), Error> {
        let texts = [
            ("id", &step.step_id),
            ("action_id", &step.action_id),
            ("agent", &step.agent_did),
        ];
        if let Some((key, _)) = texts.iter().find(|(_, text)| text.is_empty()) {
            return Err(invalid(step, Rule::MinLength, key, "must not be empty"));
        }
        if self.positions.contains(&step.step_id) {
            let message = format!("Duplicate step ID: '{}'", quote(&step.step_id));
            return Err(invalid(step, Rule::DuplicateStepId, "id", message));
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

    fn check_dependencies(&self, step: &Step) -> Result<(), Error> {
        let mut dependencies = step.depends_on.iter().flatten();
        match dependencies.find(|id| self.position(id).is_none()) {
            None => Ok(()),
            Some(dependency) => {
                let message = format!(
                    "Step '{}': depends_on references unknown step '{}'",
                    quote(&step.step_id),
                    quote(dependency)
                );
                Err(invalid(
                    step,
                    Rule::UnknownDependency,
                    "depends_on",
                    message,
                ))
            }
        }
    }

    fn check_order(&self) -> Result<(), Error> {
        let graph = self.steps.iter().map(|step| {
            let dependencies = step.depends_on.iter().flatten();
            dependencies
                .filter_map(|dependency| self.position(dependency))
                .collect()
        });
        let graph: Vec<Vec<usize>> = graph.collect();
        let cycles = cyclic_components(&graph);
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

/// As a report would say it of the step by itself.
fn invalid(step: &Step, rule: Rule, key: &str, message: impl Into<String>) -> Error {
    let mut finding = Diagnostic::new(rule, Path::root().key(key), message);
    finding.step_id = Some(step.step_id.clone());
    let line = finding.reference_line();
    Error::new(Code::InvalidDefinition, line.clone())
        .with("errors", vec![line])
        .with("diagnostics", as_value(&[finding]))
}
