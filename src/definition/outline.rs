//! What the semantic rules look at: a borrowed view of a definition.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value;

/// A definition as the semantic rules see it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Outline<'a> {
    pub steps: Vec<Step<'a>>,
    /// What the steps depend on, step by step: one list, for thousands would take thousands of
    /// allocations.
    pub dependencies: Vec<Item<'a>>,
    pub fan_out: Vec<Group<'a>>,
}

/// A step. Whatever is missing or of a wrong type is `None`: that is the schema's to say.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Step<'a> {
    /// Its index among all steps.
    pub index: usize,
    /// Its index among the steps of the outline, which leaves out what is no object.
    pub position: usize,
    pub id: Option<Cow<'a, str>>,
    pub action_id: Option<Cow<'a, str>>,
    pub undo_api: Option<Cow<'a, str>>,
    /// Its part of the outline's dependencies.
    pub depends_on: Range<usize>,
}

/// A fan-out group.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Group<'a> {
    /// Its index among all groups.
    pub index: usize,
    pub policy: Option<Cow<'a, str>>,
    pub branches: Vec<Item<'a>>,
}

/// A step's id in a list, and its index there.
#[derive(Debug, PartialEq)]
pub(crate) struct Item<'a> {
    pub index: usize,
    pub id: Cow<'a, str>,
}

impl Step<'_> {
    /// What the reference's messages call it.
    pub fn label(&self) -> Cow<'_, str> {
        match &self.id {
            Some(id) => super::quote(id),
            None => Cow::Owned(format!("<index {}>", self.index)),
        }
    }
}

impl<'a> Outline<'a> {
    pub fn of(definition: &'a Value) -> Self {
        let text = |object: &'a Value, key| object.get(key)?.as_str().map(Cow::Borrowed);
        let mut outline = Self::default();
        for (index, step) in objects(definition.get("steps")) {
            let first = outline.dependencies.len();
            outline.dependencies.extend(items(step.get("depends_on")));
            outline.steps.push(Step {
                index,
                position: outline.steps.len(),
                id: text(step, "id"),
                action_id: text(step, "action_id"),
                undo_api: text(step, "undo_api"),
                depends_on: first..outline.dependencies.len(),
            });
        }
        for (index, group) in objects(definition.get("fan_out")) {
            outline.fan_out.push(Group {
                index,
                policy: text(group, "policy"),
                branches: items(group.get("branches")).collect(),
            });
        }
        outline
    }

    /// What a step depends on.
    pub fn depends_on(&self, step: &Step) -> &[Item<'a>] {
        self.dependencies
            .get(step.depends_on.clone())
            .unwrap_or_default()
    }
}

fn objects(list: Option<&Value>) -> impl Iterator<Item = (usize, &Value)> {
    let list = list.and_then(Value::as_array);
    let items = list.into_iter().flatten().enumerate();
    items.filter(|(_, item)| item.is_object())
}

fn items(list: Option<&Value>) -> impl Iterator<Item = Item<'_>> {
    let list = list.and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .enumerate()
        .filter_map(|(index, id)| {
            let id = Cow::Borrowed(id.as_str()?);
            Some(Item { index, id })
        })
}
