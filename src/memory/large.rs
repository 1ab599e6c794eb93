//! Large blocks of memory straight from the system.
//!
//! A list or a text that grows to megabytes is moved by the page tables and not copied, so that each page
//! is touched once, and what is freed goes back at once. A fresh page costs over a microsecond, which is much of what a
//! script with tens of megabytes takes.

use std::alloc::{GlobalAlloc, Layout};
use std::ptr;

/// Blocks from this size on come from the system.
const LARGE: usize = 1 << 20;
/// What the system aligns a block to at least.
const PAGE: usize = 4096;

/// An allocator that hands on what is not large.
pub struct LargeApart<A>(pub A);

/// By its layout alone, since the layout is all that is known when a block is freed.
#[inline(always)]
fn is_large(layout: Layout) -> bool {
    layout.size() >= LARGE && layout.align() <= PAGE
}

/// # Safety
/// As of `mmap` without an address: none of its own, as nothing else is touched.
#[cold]
#[allow(unsafe_code)]
unsafe fn map(size: usize) -> *mut u8 {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    let block = unsafe { libc::mmap(ptr::null_mut(), size, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0) };
    if block == libc::MAP_FAILED { ptr::null_mut() } else { block.cast() }
}

impl<A: GlobalAlloc> LargeApart<A> {
    /// # Safety
    /// As of [`GlobalAlloc::realloc`].
    #[cold]
    #[allow(unsafe_code)]
    unsafe fn resize(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        unsafe {
            // SAFETY: the caller gives a size that makes a valid layout.
            let after = Layout::from_size_align_unchecked(size, layout.align());
            if is_large(layout) && is_large(after) {
                let moved = libc::mremap(block.cast(), layout.size(), size, libc::MREMAP_MAYMOVE);
                return if moved == libc::MAP_FAILED { ptr::null_mut() } else { moved.cast() };
            }
            // From one side of the border to the other.
            let made = if is_large(after) { map(size) } else { self.0.alloc(after) };
            if !made.is_null() {
                made.copy_from_nonoverlapping(block, layout.size().min(size));
                self.dealloc(block, layout);
            }
            made
        }
    }
}

// SAFETY: a block is the inner allocator's or the system's by its layout, and each call goes to where the
// block came from. Blocks of the system are aligned to pages, which is more than their layout asks for.
#[allow(unsafe_code)]
unsafe impl<A: GlobalAlloc> GlobalAlloc for LargeApart<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_large(layout) {
            return unsafe { map(layout.size()) };
        }
        unsafe { self.0.alloc(layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if is_large(layout) {
            return unsafe { map(layout.size()) };
        }
        unsafe { self.0.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if is_large(layout) {
            // It fails only for a range that was never mapped.
            let _ = unsafe { libc::munmap(block.cast(), layout.size()) };
            return;
        }
        unsafe { self.0.dealloc(block, layout) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if layout.size().max(size) >= LARGE {
            return unsafe { self.resize(block, layout, size) };
        }
        unsafe { self.0.realloc(block, layout, size) }
    }
}

#[cfg(test)]
#[allow(unsafe_code)]
mod tests {
    use super::*;
    use std::alloc::System;

    #[test]
    fn a_block_keeps_its_bytes_on_both_sides_of_the_border() {
        let allocator = LargeApart(System);
        let sizes = [100, LARGE - 1, LARGE, 5 * LARGE + 3, 33 * LARGE, 2 * LARGE, LARGE - 1, 7];
        let layout = |size| Layout::from_size_align(size, 8).expect("a layout");
        unsafe {
            let mut block = allocator.alloc(layout(7));
            block.copy_from(b"Ararat!".as_ptr(), 7);
            let mut before = 7;
            for size in sizes {
                block = allocator.realloc(block, layout(before), size);
                assert_eq!(std::slice::from_raw_parts(block, 7), b"Ararat!");
                block.add(size - 1).write(if size == 7 { b'!' } else { 1 });
                before = size;
            }
            allocator.dealloc(block, layout(before));
        }
    }

    #[test]
    fn large_blocks_are_zero_when_asked_and_aligned() {
        let allocator = LargeApart(System);
        for align in [1, 64, PAGE, 4 * PAGE] {
            let layout = Layout::from_size_align(3 * LARGE, align).expect("a layout");
            unsafe {
                let block = allocator.alloc_zeroed(layout);
                assert!(!block.is_null() && (block as usize).is_multiple_of(align));
                assert!((0..layout.size()).step_by(4093).all(|at| *block.add(at) == 0));
                allocator.dealloc(block, layout);
            }
        }
    }
}
