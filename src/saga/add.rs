//! How steps come in: whole, unique, and never waiting for what cannot come.

use super::Saga;
use super::step::Step;
use crate::definition::components::cyclic_components;
use crate::error::{Code, Error};

impl Saga {
    /// Adds steps that may wait for each other.
    pub(super) fn add_all(&mut self, steps: Vec<Step>) -> Result<(), Error> {
        let before = self.steps.len();
        for step in steps {
            self.check_fields(&step)?;
            self.positions
                .insert(step.step_id.clone(), self.steps.len());
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
            .insert(step.step_id.clone(), self.steps.len());
        self.steps.push(step);
        Ok(())
    }

    fn check_fields(&self, step: &Step) -> Result<(), Error> {
        let id = &step.step_id;
        if id.is_empty() || step.action_id.is_empty() || step.agent_did.is_empty() {
            return Err(invalid(format!(
                "step '{id}': id, action_id and agent must not be empty"
            )));
        }
        if self.positions.contains_key(id) {
            return Err(invalid(format!("Duplicate step ID: '{id}'")));
        }
        if !(1..=86_400).contains(&step.timeout_seconds) || step.max_retries > 10 {
            return Err(invalid(format!(
                "step '{id}': timeout must be from 1 to 86400 seconds, retries from 0 to 10"
            )));
        }
        Ok(())
    }

    fn check_dependencies(&self, step: &Step) -> Result<(), Error> {
        for dependency in step.depends_on.iter().flatten() {
            if self.position(dependency).is_none() {
                let id = &step.step_id;
                return Err(invalid(format!(
                    "Step '{id}': depends_on references unknown step '{dependency}'"
                )));
            }
        }
        Ok(())
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
            Some(step) => Err(invalid(format!(
                "Circular dependency detected involving step '{}'",
                step.step_id
            ))),
        }
    }
}

fn invalid(message: String) -> Error {
    Error::new(Code::InvalidDefinition, message)
}
