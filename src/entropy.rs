//! Seeds for hash tables, lent by the host: chosen ids cannot flood a table with unknown seeds.

use std::sync::atomic::{AtomicU32, Ordering};

static SEED: AtomicU32 = AtomicU32::new(0);

/// To be called once, before anything is validated.
pub(crate) fn seed(seed: u32) {
    SEED.store(seed, Ordering::Relaxed);
}

/// What the dependencies' hash tables ask for randomness; without it they would import a host
/// function that some edge runtimes forbid while a module loads.
#[cfg(getrandom_backend = "custom")]
#[unsafe(no_mangle)]
unsafe extern "Rust" fn __getrandom_v03_custom(
    target: *mut u8,
    length: usize,
) -> Result<(), getrandom::Error> {
    let mut state = SEED.load(Ordering::Relaxed);
    for offset in 0..length {
        // A linear congruential step spreads the seed over the bytes.
        state = state.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
        // SAFETY: getrandom hands over `length` writable bytes at `target`.
        unsafe { target.add(offset).write((state >> 24) as u8) };
    }
    Ok(())
}
