//! Positions by id, of steps or of what names them: a hash table for the ids that people write, a
//! tree for ids that were chosen to crowd it. So it needs no secret seed, which a host without entropy could not lend.

use crate::map::Map;

/// As many places are looked at before the tree.
const PROBES: usize = 16;

pub(crate) struct Ids<'o> {
    slots: Vec<Option<Slot<'o>>>,
    /// How far a hash is shifted to be the index of its slot.
    shift: u32,
    crowd: Map<usize>,
}

#[derive(Clone)]
struct Slot<'o> {
    hash: u32,
    id: &'o str,
    position: usize,
}

impl<'o> Ids<'o> {
    pub fn with_room_for(count: usize) -> Self {
        // At most half of the slots are taken; of a number that no memory holds, the tree takes more.
        let bits = (usize::BITS - count.leading_zeros() + 1).min(30);
        Self {
            slots: vec![None; 1 << bits],
            shift: u32::BITS - bits,
            crowd: Map::new(),
        }
    }

    /// Notes an id, and says the first position that it was noted with.
    pub fn add(&mut self, id: &'o str, position: usize) -> usize {
        let hash = hash(id);
        match self.place(hash, id) {
            Place::Known(position) => position,
            Place::Free(index) => {
                if let Some(slot) = self.slots.get_mut(index) {
                    *slot = Some(Slot { hash, id, position });
                }
                position
            }
            Place::Crowded => {
                let known = self.crowd.get(id).copied();
                known.unwrap_or_else(|| {
                    self.crowd.insert(id, position);
                    position
                })
            }
        }
    }

    /// The first position that this id was noted with.
    pub fn first(&self, id: &str) -> Option<usize> {
        match self.place(hash(id), id) {
            Place::Known(position) => Some(position),
            Place::Free(_) => None,
            Place::Crowded => self.crowd.get(id).copied(),
        }
    }

    #[inline(always)]
    fn place(&self, hash: u32, id: &str) -> Place {
        let first = (hash >> self.shift) as usize;
        for index in first..first + PROBES {
            match self.slots.get(index) {
                Some(Some(slot)) if slot.hash == hash && slot.id == id => {
                    return Place::Known(slot.position);
                }
                Some(Some(_)) => {}
                Some(None) => return Place::Free(index),
                None => break,
            }
        }
        Place::Crowded
    }
}

/// Where an id belongs.
enum Place {
    /// It is there, and this is its first position.
    Known(usize),
    /// The index of the slot it would take.
    Free(usize),
    /// In the tree, if anywhere.
    Crowded,
}

/// Spreads ids that differ in a character; nothing rests on it being hard to invert.
#[inline(always)]
fn hash(id: &str) -> u32 {
    const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
    let (words, tail) = id.as_bytes().as_chunks::<8>();
    let mut hash = id.len() as u64;
    let mut mix = |word: u64| hash = (hash.rotate_left(29) ^ word).wrapping_mul(SPREAD);
    for word in words {
        mix(u64::from_le_bytes(*word));
    }
    let mut last = 0;
    for byte in tail {
        last = last << 8 | u64::from(*byte);
    }
    mix(last);
    (hash >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::{Ids, hash};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_step_with_an_id_is_found(ids in prop::collection::vec("[ab]{0,3}|.{0,20}", 0..80)) {
            let mut known = Ids::with_room_for(ids.len());
            for (position, id) in ids.iter().enumerate() {
                let first = ids.iter().position(|other| other == id);
                prop_assert_eq!(Some(known.add(id, position)), first);
            }
            for id in ids.iter().map(String::as_str).chain(["", "no step"]) {
                prop_assert_eq!(known.first(id), ids.iter().position(|other| other == id));
            }
        }
    }

    /// Ids that share a slot, as somebody would choose them who means harm.
    #[test]
    fn crowding_ids_go_to_the_tree() {
        let slot = |id: &str| hash(id) >> 20;
        let wanted = slot("0");
        let ids: Vec<String> = (0..400_000)
            .map(|n| n.to_string())
            .filter(|id| slot(id) == wanted)
            .collect();
        assert!(ids.len() > 60);
        // As many slots as the shift above leaves.
        let mut known = Ids::with_room_for(1 << 10);
        for (position, id) in ids.iter().enumerate() {
            assert_eq!(known.add(id, position), position);
        }
        assert!(known.crowd.len() >= ids.len() - super::PROBES);
        for (position, id) in ids.iter().enumerate() {
            assert_eq!(known.first(id), Some(position));
            assert_eq!(known.add(id, 9), position);
        }
        assert_eq!(known.first("1"), None);
    }
}
