//! Names that people give to schedules and webhooks.

const LONGEST: usize = 100;

/// # Errors
/// That a name cannot be one: it stands in addresses and in lists.
pub fn check(name: &str) -> Result<(), String> {
    let fits = (1..=LONGEST).contains(&name.chars().count());
    if !fits || name.trim() != name || name.contains(|c: char| c.is_control() || c == '/') {
        return Err(format!("expected a name of 1 to {LONGEST} characters without `/`, found `{name}`"));
    }
    Ok(())
}
