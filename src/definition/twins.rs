//! Whether a list names something twice.

/// Most lists are short: comparing each with each beats sorting them.
const FEW: usize = 12;

#[inline]
pub(crate) fn has_twins<T>(list: &[T], name: impl Fn(&T) -> &str) -> bool {
    if list.len() <= FEW {
        let mut others = list;
        while let Some((one, rest)) = others.split_first() {
            if rest.iter().any(|other| name(other) == name(one)) {
                return true;
            }
            others = rest;
        }
        return false;
    }
    let mut names: Vec<&str> = list.iter().map(name).collect();
    names.sort_unstable();
    names
        .windows(2)
        .any(|pair| matches!(pair, [a, b] if a == b))
}
