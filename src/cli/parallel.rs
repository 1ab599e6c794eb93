//! Work on many things at once, spread over the processor's cores.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Stack of a worker: the deepest nesting that the parser lets through is lowered on it.
const STACK: usize = 32 << 20;

/// Does the work for each item, on as many threads as the machine runs; results keep their order. A thread
/// is started for so many items at least.
pub fn in_parallel<I: Sync, T: Send>(items: &[I], each: usize, work: impl Fn(&I) -> T + Sync) -> Vec<T> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.min(items.len().div_ceil(each));
    if threads <= 1 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        while let Some((at, item)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, items.get(at)?)))
        {
            done.push((at, work(item)));
        }
        done
    };
    let mut done = std::thread::scope(|scope| {
        let spawn = |_| std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, take).ok();
        let workers: Vec<_> = (1..threads).filter_map(spawn).collect();
        // This thread works too, so that everything is done even where none could be started.
        let mut done = take();
        for worker in workers {
            match worker.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, done)| done).collect()
}
