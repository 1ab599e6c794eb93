//! The limit on open files: each waiting request of an execution is one, and so is each caller.

/// Files that the engine has open besides.
const BESIDES: u64 = 100;

/// Raises the limit as far as the system lets this process, and warns where that is not enough for so many
/// executions that wait at once.
pub fn raise(executions: usize) {
    let wanted = (executions as u64).saturating_mul(2).saturating_add(BESIDES);
    let raised =
        rlimit::increase_nofile_limit(wanted.max(rlimit::getrlimit(rlimit::Resource::NOFILE).map_or(0, |now| now.0)));
    match raised {
        Ok(limit) => warn_below(limit, wanted, executions),
        Err(error) => tracing::warn!(%error, "the limit on open files could not be raised"),
    }
}

fn warn_below(limit: u64, wanted: u64, executions: usize) {
    if limit < wanted {
        tracing::warn!(
            limit,
            wanted,
            "{executions} executions that wait for replies at once, and their callers, need more open files than the \
             system allows; raise the hard limit (`ulimit -Hn`, `LimitNOFILE=` of systemd) or lower --max-running"
        );
    }
}
