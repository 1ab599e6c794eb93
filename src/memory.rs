//! How much memory a thread holds, for the memory limit of a run.
//!
//! A program that installs [`Counting`] as its allocator, as the `ararat` binary does, has its runs
//! bounded; where another allocator is installed nothing is counted, and the limit never binds.

#[cfg(target_os = "linux")]
pub mod large;

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;

thread_local! {
    /// Bytes allocated less bytes freed by this thread; below zero where it frees what others made.
    static HELD: Cell<isize> = const { Cell::new(0) };
}

/// Bytes that this thread holds.
#[inline(always)]
pub fn held() -> isize {
    HELD.get()
}

/// Sets the count and gives the one before: who runs several scripts on one thread keeps one for each.
#[inline]
pub fn exchange(held: isize) -> isize {
    HELD.replace(held)
}

/// An allocator that counts what passes, for each thread.
pub struct Counting<A>(pub A);

#[inline(always)]
fn count(bytes: isize) {
    HELD.set(HELD.get().wrapping_add(bytes));
}

// SAFETY: every call is handed on as it came, so the inner allocator keeps its promises. Counting
// touches one cell of the thread, which needs no destructor and allocates nothing.
#[allow(unsafe_code)]
unsafe impl<A: GlobalAlloc> GlobalAlloc for Counting<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { self.0.alloc(layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { self.0.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        unsafe { self.0.dealloc(block, layout) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count((size as isize).wrapping_sub(layout.size() as isize));
        unsafe { self.0.realloc(block, layout, size) }
    }
}
