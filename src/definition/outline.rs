//! What the semantic rules look at: a borrowed view of a definition, and its steps by id.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

/// A definition as the semantic rules see it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Outline<'a> {
    pub steps: Vec<Step<'a>>,
    pub fan_out: Vec<Group<'a>>,
}

/// A step. Whatever is missing or of a wrong type is `None`: that is the schema's to say.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Step<'a> {
    /// Its index among all steps.
    pub index: usize,
    pub id: Option<Cow<'a, str>>,
    pub action_id: Option<Cow<'a, str>>,
    pub undo_api: Option<Cow<'a, str>>,
    pub depends_on: Vec<Item<'a>>,
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
        Self {
            steps: objects(definition.get("steps"))
                .map(|(index, step)| Step {
                    index,
                    id: text(step, "id"),
                    action_id: text(step, "action_id"),
                    undo_api: text(step, "undo_api"),
                    depends_on: items(step.get("depends_on")),
                })
                .collect(),
            fan_out: objects(definition.get("fan_out"))
                .map(|(index, group)| Group {
                    index,
                    policy: text(group, "policy"),
                    branches: items(group.get("branches")),
                })
                .collect(),
        }
    }
}

fn objects(list: Option<&Value>) -> impl Iterator<Item = (usize, &Value)> {
    let list = list.and_then(Value::as_array);
    let items = list.into_iter().flatten().enumerate();
    items.filter(|(_, item)| item.is_object())
}

fn items(list: Option<&Value>) -> Vec<Item<'_>> {
    let list = list.and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .enumerate()
        .filter_map(|(index, id)| {
            let id = Cow::Borrowed(id.as_str()?);
            Some(Item { index, id })
        })
        .collect()
}

/// The steps by id; of several with one id, the first. Ordered: no chosen ids can flood it.
pub(crate) struct Ids<'o>(BTreeMap<&'o str, usize>);

impl<'o> Ids<'o> {
    pub fn of(outline: &'o Outline) -> Self {
        let mut first = BTreeMap::new();
        for (position, step) in outline.steps.iter().enumerate() {
            if let Some(id) = &step.id {
                first.entry(id.as_ref()).or_insert(position);
            }
        }
        Self(first)
    }

    /// The position in `outline.steps` of the first step with this id.
    pub fn first(&self, id: &str) -> Option<usize> {
        self.0.get(id).copied()
    }
}
