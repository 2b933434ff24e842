//! Seeded randomness: the same seed gives the same order on every machine and in every version.

/// The SplitMix64 generator. Source: Steele, Lea and Flood (2014); constants as in Vigna's reference.
#[derive(Debug, Clone)]
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// Starts at `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns the next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// Returns a number below `bound`; 0 when `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        // The product's upper half is below `bound`, so it fits.
        ((u128::from(self.next_u64()) * bound as u128) >> 64) as usize
    }
}

/// Returns a permutation of `0..n` drawn from `seed` by Fisher and Yates' method, from the last place down.
pub fn permutation(seed: u64, n: usize) -> Vec<usize> {
    let mut random = SplitMix64::new(seed);
    let mut order: Vec<usize> = (0..n).collect();
    for last in (1..n).rev() {
        order.swap(last, random.below(last + 1));
    }
    order
}

/// Derives a seed for one purpose from a session's seed, so that draws for different purposes do not hang together.
///
/// The purpose is hashed with 64-bit FNV-1a.
pub fn seed_for(seed: u64, purpose: &str) -> u64 {
    let hash = purpose
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    SplitMix64::new(seed ^ hash).next_u64()
}
