//! A map by text, sorted by it. One kind of tree finds the values of all maps, for each further
//! kind would weigh ten kilobytes in the module. So would each kind of sorting: here is one for all
//! that is no list of numbers.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

/// Values by their names.
#[derive(Debug, Clone)]
pub(crate) struct Map<V> {
    places: BTreeMap<Arc<str>, usize>,
    values: Vec<Option<V>>,
    free: Vec<usize>,
}

impl<V> Map<V> {
    pub fn new() -> Self {
        Self {
            places: BTreeMap::new(),
            values: Vec::new(),
            free: Vec::new(),
        }
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    pub fn contains(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    /// The name as it is kept here, to be kept elsewhere too.
    pub fn name(&self, name: &str) -> Option<Arc<str>> {
        let (kept, _) = self.places.get_key_value(name)?;
        Some(kept.clone())
    }

    pub fn get(&self, name: &str) -> Option<&V> {
        self.values.get(*self.places.get(name)?)?.as_ref()
    }

    pub fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        self.values.get_mut(*self.places.get(name)?)?.as_mut()
    }

    /// Puts a value in; the one that was there before.
    pub fn insert(&mut self, name: impl Into<Arc<str>>, value: V) -> Option<V> {
        match self.places.entry(name.into()) {
            Entry::Occupied(known) => self.values.get_mut(*known.get())?.replace(value),
            Entry::Vacant(new) => {
                let place = self.free.pop().unwrap_or(self.values.len());
                new.insert(place);
                match self.values.get_mut(place) {
                    Some(slot) => *slot = Some(value),
                    None => self.values.push(Some(value)),
                }
                None
            }
        }
    }

    pub fn remove(&mut self, name: &str) -> Option<V> {
        let place = self.places.remove(name)?;
        self.free.push(place);
        self.values.get_mut(place)?.take()
    }

    /// All of them, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        let values = |place: &usize| self.values.get(*place)?.as_ref();
        let all = self.places.iter();
        all.filter_map(move |(name, place)| Some((name.as_ref(), values(place)?)))
    }

    /// All values, in no order that means anything.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.values.iter_mut().flatten()
    }

    /// Leaves out what does not `stay`.
    pub fn retain(&mut self, mut stays: impl FnMut(&mut V) -> bool) {
        let Self {
            places,
            values,
            free,
        } = self;
        places.retain(|_, place| {
            let slot = values.get_mut(*place);
            let left = slot.and_then(|slot| slot.take_if(|value| !stays(value)));
            if left.is_some() {
                free.push(*place);
            }
            left.is_none()
        });
    }
}

impl<V> Default for Map<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V: PartialEq> PartialEq for Map<V> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

/// The positions from 0 to below `count`, as `compare` orders them; of equals the lower comes first.
pub(crate) fn sorted(
    count: usize,
    compare: &mut dyn FnMut(usize, usize) -> Ordering,
) -> Vec<usize> {
    let mut positions: Vec<usize> = (0..count).collect();
    positions.sort_unstable_by(|a, b| compare(*a, *b).then(a.cmp(b)));
    positions
}

/// One name for two that belong together; no two pairs share one.
pub(crate) fn pair(first: &str, second: &str) -> String {
    format!("{}:{first}{second}", first.len())
}

#[cfg(test)]
mod tests {
    use super::Map;

    #[test]
    fn places_of_removed_values_are_taken_again() {
        let mut map = Map::new();
        assert_eq!(map.insert("b", 1), None);
        assert_eq!(map.insert("a", 2), None);
        assert_eq!(map.insert("b", 3), Some(1));
        assert_eq!(map.remove("b"), Some(3));
        assert_eq!(map.remove("b"), None);
        map.insert("c", 4);
        assert_eq!(map.values.len(), 2);
        assert_eq!(map.iter().collect::<Vec<_>>(), [("a", &2), ("c", &4)]);
        map.retain(|value| *value > 2);
        assert_eq!((map.len(), map.get("a"), map.get("c")), (1, None, Some(&4)));
    }
}
