//! Ends the process in the middle of a write, where a test asks for it.

/// A point that a write passes. In debug builds the process is killed at the n-th one, where
/// `ARARAT_CRASH_AT_WRITE` is n; release builds know nothing of this.
#[cfg(debug_assertions)]
#[allow(clippy::disallowed_methods)]
pub fn crash_point() {
    use std::sync::atomic::{AtomicU32, Ordering};
    static PASSED: AtomicU32 = AtomicU32::new(0);
    let wanted = std::env::var("ARARAT_CRASH_AT_WRITE").ok().and_then(|text| text.parse::<u32>().ok());
    if wanted.is_none() || PASSED.fetch_add(1, Ordering::SeqCst) + 1 != wanted.unwrap_or(0) {
        return;
    }
    // As the system would: nothing is flushed, closed or given back.
    let _ = std::process::Command::new("kill").args(["-KILL", &std::process::id().to_string()]).status();
    std::process::abort();
}

#[cfg(not(debug_assertions))]
pub fn crash_point() {}
