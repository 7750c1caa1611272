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
    candidates
        .into_iter()
        .take(CANDIDATES)
        .filter(|candidate| {
            let other = candidate.chars().take(LONGEST + bound).count();
            *candidate != word && other.abs_diff(length) <= bound
        })
        .map(|candidate| (strsim::osa_distance(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= bound && *distance < candidate.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The help that names a suggestion.
pub(crate) fn did_you_mean(suggestion: &str) -> String {
    format!("did you mean \"{suggestion}\"?")
}
