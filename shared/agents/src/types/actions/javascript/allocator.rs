//! The memory of scripts, of which there is none after their time. QuickJS itself looks at the time only every 10,000 steps, and a step that
//! copies a large object takes milliseconds; but whatever works for long asks for memory. This is the one place with unsafe code: the trait of
//! allocators is unsafe, and each request is handed on to the allocator that the engine comes with.
#![expect(unsafe_code, reason = "it implements an unsafe trait, by handing on")]

use rquickjs::allocator::{Allocator, RustAllocator};
use std::ptr::null_mut;

/// How many bytes are asked for between two looks at the time.
const BETWEEN_LOOKS: usize = 256 * 1024;
/// What a request counts for beside its bytes.
const REQUEST: usize = 4 * 1024;

/// Memory until a time is over.
pub(super) struct Timed<F> {
    is_over: F,
    asked: usize,
    has_ended: bool,
}

impl<F: Fn() -> bool> Timed<F> {
    /// Gives memory until `is_over` says so.
    pub(super) fn new(is_over: F) -> Self {
        Timed { is_over, asked: 0, has_ended: false }
    }

    fn gives(&mut self, bytes: usize) -> bool {
        self.asked = self.asked.saturating_add(bytes).saturating_add(REQUEST);
        if self.asked >= BETWEEN_LOOKS {
            self.asked = 0;
            self.has_ended = self.has_ended || (self.is_over)();
        }
        !self.has_ended
    }
}

// SAFETY: every pointer is one of `RustAllocator` or null, and goes back to `RustAllocator`, which keeps the promises of the trait.
unsafe impl<F: Fn() -> bool> Allocator for Timed<F> {
    fn alloc(&mut self, size: usize) -> *mut u8 {
        if self.gives(size) { RustAllocator.alloc(size) } else { null_mut() }
    }

    fn calloc(&mut self, count: usize, size: usize) -> *mut u8 {
        if self.gives(count.saturating_mul(size)) { RustAllocator.calloc(count, size) } else { null_mut() }
    }

    unsafe fn dealloc(&mut self, ptr: *mut u8) {
        // SAFETY: `ptr` was given by `RustAllocator`.
        unsafe { RustAllocator.dealloc(ptr) }
    }

    unsafe fn realloc(&mut self, ptr: *mut u8, new_size: usize) -> *mut u8 {
        // SAFETY: `ptr` was given by `RustAllocator`.
        if self.gives(new_size) { unsafe { RustAllocator.realloc(ptr, new_size) } } else { null_mut() }
    }

    unsafe fn usable_size(ptr: *mut u8) -> usize {
        // SAFETY: `ptr` was given by `RustAllocator`.
        unsafe { RustAllocator::usable_size(ptr) }
    }
}
