//! A text on the heap: one block with the count of its holders, its length, its room and its bytes.
//!
//! Half the memory of a shared `String` for the texts of records, and one access less to read them.
//! The only module with pointers of its own; its tests pass under Miri.

#![allow(unsafe_code)]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error, realloc};
use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::rc::Rc;

/// What lies before the bytes.
#[repr(C)]
struct Head {
    holders: Cell<u32>,
    len: u32,
    room: u32,
}

/// Blocks are multiples of this, as allocators give them out; what is over is room to grow.
const GRAIN: usize = 16;
const HEAD: usize = size_of::<Head>();
/// The longest text, in bytes; scripts stop far below.
const MOST: usize = u32::MAX as usize - HEAD - GRAIN;

/// A shared text of any length up to 4 GB, counted without atomics.
pub struct Long {
    /// Points to a whole block that [`layout`] of its room describes, with `len` bytes of UTF-8 written.
    head: NonNull<Head>,
    /// Neither `Send` nor `Sync`.
    thread: PhantomData<Rc<()>>,
}

impl Long {
    /// A text with room for `room` bytes or a few more.
    pub fn with_room(text: &str, room: usize) -> Self {
        let (layout, room) = layout(room.max(text.len()));
        // SAFETY: the layout is not empty, as it holds a head. The block is as long as head and room,
        // which are at least the text's length, and new, so that nothing overlaps it.
        unsafe {
            let block = alloc(layout);
            let Some(head) = NonNull::new(block.cast::<Head>()) else { handle_alloc_error(layout) };
            head.write(Head { holders: Cell::new(1), len: text.len() as u32, room });
            block.add(HEAD).copy_from_nonoverlapping(text.as_ptr(), text.len());
            Self { head, thread: PhantomData }
        }
    }

    #[inline(always)]
    pub fn as_str(&self) -> &str {
        // SAFETY: `len` bytes behind the head have been written, by copies of whole `str`s; nobody
        // writes them while `self` is borrowed, since writing takes the only holder mutably.
        unsafe {
            let bytes = self.head.as_ptr().cast::<u8>().add(HEAD);
            let len = self.head.as_ref().len as usize;
            std::str::from_utf8_unchecked(std::slice::from_raw_parts(bytes, len))
        }
    }

    #[inline]
    fn head(&self) -> &Head {
        // SAFETY: the head was written when the block was made.
        unsafe { self.head.as_ref() }
    }

    /// Whether both are names of the same block.
    #[inline]
    pub fn is(&self, other: &Self) -> bool {
        self.head == other.head
    }

    /// Appends in place when this is the only holder, else to a copy.
    pub fn push_str(&mut self, more: &str) {
        let len = self.make_room(more.len());
        // SAFETY: this is the only holder, and there is room for `more`, which cannot lie in the same
        // block: it would borrow another holder of it, or this one.
        unsafe {
            let end = self.head.as_ptr().cast::<u8>().add(HEAD + len);
            end.copy_from_nonoverlapping(more.as_ptr(), more.len());
            self.head.as_mut().len = (len + more.len()) as u32;
        }
    }

    /// Appends the text's own first `own` bytes, as [`Self::push_str`] does; nothing if they do not end at a character.
    pub fn push_own(&mut self, own: usize) {
        if !self.as_str().is_char_boundary(own) {
            return;
        }
        let len = self.make_room(own);
        // SAFETY: this is the only holder, there is room, and what is copied lies before where it goes to.
        unsafe {
            let start = self.head.as_ptr().cast::<u8>().add(HEAD);
            start.add(len).copy_from_nonoverlapping(start, own);
            self.head.as_mut().len = (len + own) as u32;
        }
    }

    /// Keeps the first `len` bytes, if they end at a character.
    pub fn truncate(&mut self, len: usize) {
        if len >= self.as_str().len() || !self.as_str().is_char_boundary(len) {
            return;
        }
        if self.head().holders.get() > 1 {
            *self = Self::with_room(&self.as_str()[..len], len);
            return;
        }
        // SAFETY: this is the only holder, and the first bytes up to a character's end are a text.
        unsafe { self.head.as_mut().len = len as u32 }
    }

    /// Becomes the only holder, with room for so many bytes more; gives the length.
    #[inline]
    fn make_room(&mut self, more: usize) -> usize {
        let len = self.as_str().len();
        if self.head().holders.get() > 1 {
            *self = Self::with_room(self.as_str(), len + more);
        } else if self.head().room as usize - len < more {
            self.grow((len + more).max(2 * len));
        }
        len
    }

    /// Makes room for `wanted` bytes. Must be called by the only holder.
    #[cold]
    fn grow(&mut self, wanted: usize) {
        let (before, _) = layout(self.head().room as usize);
        let (after, room) = layout(wanted);
        // SAFETY: `before` is the layout that the block was made with, since rounding a room that was
        // rounded changes nothing; `after` is not empty. The head moves with the block.
        unsafe {
            let block = realloc(self.head.as_ptr().cast::<u8>(), before, after.size());
            let Some(mut head) = NonNull::new(block.cast::<Head>()) else { handle_alloc_error(after) };
            head.as_mut().room = room;
            self.head = head;
        }
    }
}

/// The block for so much room, and the room that it has.
fn layout(room: usize) -> (Layout, u32) {
    assert!(room <= MOST, "a text of over 4 GB");
    let size = (HEAD + room).next_multiple_of(GRAIN);
    // SAFETY: the alignment is a power of two, and the size is far below the largest.
    (unsafe { Layout::from_size_align_unchecked(size, align_of::<Head>()) }, (size - HEAD) as u32)
}

impl Clone for Long {
    #[inline]
    fn clone(&self) -> Self {
        let holders = &self.head().holders;
        match holders.get().checked_add(1) {
            Some(more) => holders.set(more),
            // Four thousand million holders: they would take 64 GB.
            None => return Self::with_room(self.as_str(), 0),
        }
        Self { head: self.head, thread: PhantomData }
    }
}

impl Drop for Long {
    #[inline]
    fn drop(&mut self) {
        let left = self.head().holders.get() - 1;
        self.head().holders.set(left);
        if left == 0 {
            let (layout, _) = layout(self.head().room as usize);
            // SAFETY: the last holder frees the block with the layout that it was made with.
            unsafe { dealloc(self.head.as_ptr().cast::<u8>(), layout) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holders_see_the_same_until_one_appends() {
        let mut text = Long::with_room("abc", 0);
        let other = text.clone();
        assert!(text.is(&other));
        text.push_str("def");
        assert!(!text.is(&other));
        assert_eq!((text.as_str(), other.as_str()), ("abcdef", "abc"));
    }

    #[test]
    fn it_grows_over_every_boundary() {
        for step in ["x", "é", "0123456789abcdef", ""] {
            let mut text = Long::with_room("", 0);
            for turn in 0..100 {
                text.push_str(step);
                assert_eq!(text.as_str(), step.repeat(turn + 1));
            }
        }
    }

    #[test]
    fn room_that_was_asked_for_is_used_in_place() {
        let mut text = Long::with_room("a", 100);
        let before = text.head;
        text.push_str(&"b".repeat(99));
        assert_eq!(before, text.head);
        text.push_str(&"c".repeat(100));
        assert_eq!(text.as_str().len(), 200);
    }

    #[test]
    fn the_last_holder_frees() {
        let texts: Vec<Long> = (0..50).map(|n| Long::with_room(&"z".repeat(n), n)).collect();
        let copies = texts.clone();
        drop(texts);
        assert!(copies.iter().enumerate().all(|(n, text)| text.as_str().len() == n));
    }
}
