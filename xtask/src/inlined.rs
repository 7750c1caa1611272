//! The WebAssembly as a text that a script can hold and gzip can still shorten: base64 breaks what
//! repeats in the bytes into pieces that no longer look alike, and costs a third of the transfer.

use std::collections::HashSet;

/// The first page has the bytes that are frequent, each as one character; the others stand after
/// the character of their page.
const PAGE_MARKS: [u8; 2] = [b' ', b'!'];
/// What no minifier, page or quote would rewrite.
const UNSAFE: &[u8] = b"\"$'<\\`";
/// From the space, the first printable character, to the tilde, the last.
const PAGE: usize = 95;
const SPACE: u8 = b' ';

/// A JavaScript module that exports `text`, and `meant`: the byte of each place, page by page.
pub fn module(bytes: &[u8]) -> String {
    let characters: Vec<u8> = (SPACE..=b'~')
        .filter(|character| !PAGE_MARKS.contains(character) && !UNSAFE.contains(character))
        .collect();
    let mut meant = vec![0; PAGE * (1 + PAGE_MARKS.len())];
    let mut codes = vec![String::new(); 256];
    for (rank, byte) in paged(bytes, characters.len()).into_iter().enumerate() {
        let character = characters[rank % characters.len()];
        let page = rank / characters.len();
        meant[PAGE * page + usize::from(character - SPACE)] = byte;
        let mark = page.checked_sub(1).map(|mark| PAGE_MARKS[mark]);
        codes[usize::from(byte)].extend(mark.into_iter().chain([character]).map(char::from));
    }
    let text: String = bytes
        .iter()
        .map(|byte| codes[usize::from(*byte)].as_str())
        .collect();
    format!("export const meant = {meant:?};\nexport const text = '{text}';\n")
}

/// All bytes: the most frequent first, and both parts in their own order, which neighbours in the
/// module share.
fn paged(bytes: &[u8], first_page: usize) -> Vec<u8> {
    let mut count = [0usize; 256];
    for byte in bytes {
        count[usize::from(*byte)] += 1;
    }
    let mut by_count: Vec<u8> = (0..=255).collect();
    by_count.sort_by_key(|byte| std::cmp::Reverse(count[usize::from(*byte)]));
    let frequent: HashSet<u8> = by_count.into_iter().take(first_page).collect();
    let (mut paged, others): (Vec<u8>, Vec<u8>) =
        (0..=255).partition(|byte| frequent.contains(byte));
    paged.extend(others);
    paged
}
