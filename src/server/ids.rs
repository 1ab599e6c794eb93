//! Names for things: sortable by time, and not to be guessed.

/// 32 hexadecimal digits: 12 of the time in milliseconds, 20 at random.
pub fn sortable(now: i64) -> String {
    let random: u128 = rand::random::<u128>() >> 48;
    format!("{now:012x}{random:020x}")
}

/// 19 decimal digits, as Zoho numbers its functions.
pub fn number() -> String {
    let random = rand::random::<u64>() % 1_000_000_000_000_000_000;
    format!("{}", 1_000_000_000_000_000_000 + random)
}

/// Random bytes in hexadecimal digits.
pub fn random_hex<const N: usize>() -> String {
    hex(&rand::random::<[u8; N]>())
}

/// Bytes in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
