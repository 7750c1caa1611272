//! What probably was meant.

/// A list longer than this is not searched to its end: a suggestion is not worth hostile time.
const CANDIDATES: usize = 1_000;
const LONGEST: usize = 64;

/// The candidate nearest to `word`, if one is near enough to be a misspelling.
pub(crate) fn nearest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let length = word.chars().count();
    if length > LONGEST {
        return None;
    }
    let bound = (length / 3).max(1);
    let letters = letters(word);
    candidates
        .into_iter()
        .take(CANDIDATES)
        .filter(|candidate| {
            let other = candidate.chars().take(LONGEST + bound + 1).count();
            *candidate != word
                && other.abs_diff(length) <= bound
                && (letters & !self::letters(candidate)).count_ones() as usize <= bound
        })
        .map(|candidate| (strsim::osa_distance(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= bound && *distance < candidate.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A set of the letters of a word: each that another word lacks takes an edit, and most words are
/// told apart by that at a glance. Letters may share a bit, then they count as one.
fn letters(word: &str) -> u64 {
    let bits = word.chars().map(|letter| 1 << (letter as u32 % 64));
    bits.fold(0, |letters, bit| letters | bit)
}

/// The help that names a suggestion.
pub(crate) fn did_you_mean(suggestion: &str) -> String {
    format!("did you mean \"{suggestion}\"?")
}

#[cfg(test)]
mod tests {
    use super::nearest;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_told_apart_at_a_glance_is_not_near(
            word in "[a-eé]{1,9}|.{1,9}",
            candidates in prop::collection::vec("[a-eé]{1,9}|.{1,9}", 0..20),
        ) {
            let bound = (word.chars().count() / 3).max(1);
            let distances = candidates.iter().map(|other| (strsim::osa_distance(&word, other), other));
            let near = distances.filter(|(distance, other)| {
                **other != word && *distance <= bound && *distance < other.len()
            });
            let first = near.min_by_key(|(distance, _)| *distance).map(|(_, other)| other.as_str());
            prop_assert_eq!(nearest(&word, candidates.iter().map(String::as_str)), first);
        }
    }
}
