//! Memory between two pages that must not be accessed.

use region::{Allocation, Protection};

/// The number of bytes beside a slice that are checked. Numbers of either type made of these bytes are NaN.
const BESIDE: usize = 192;
const CANARY: u8 = 0xff;

/// The place of a slice in the memory.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// This number of elements after the page before.
    Start(usize),
    /// This number of elements before the page after.
    End(usize),
}

pub use Place::{End, Start};

impl Place {
    /// Returns places at both ends, up to 16 elements away from them.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..=16).flat_map(|offset| [Start(offset), End(offset)])
    }
}

pub struct Fenced {
    memory: Allocation,
    page: usize,
    /// The slice, and the checked bytes beside it.
    slice: [usize; 2],
    kept: [usize; 2],
}

impl Fenced {
    /// Makes memory with room for this number of bytes at any place.
    pub fn new(bytes: usize) -> Self {
        let page = region::page::size();
        let memory = region::alloc((bytes + BESIDE).next_multiple_of(page) + 2 * page, Protection::READ_WRITE).unwrap();
        let fences = [0, memory.len() - page];
        for fence in fences {
            // SAFETY: these pages belong to this allocation, and no reference to them is ever made.
            unsafe { region::protect(memory.as_ptr::<u8>().wrapping_add(fence), page, Protection::NONE).unwrap() };
        }
        Self { memory, page, slice: [page; 2], kept: [page; 2] }
    }

    /// Copies these values to the place.
    pub fn hold<T: Copy>(&mut self, values: &[T], place: Place) -> &mut [T] {
        let (start, end) = (self.page, self.memory.len() - self.page);
        let size = size_of_val(values);
        let at = match place {
            Start(offset) => start + offset * size_of::<T>(),
            End(offset) => end - offset * size_of::<T>() - size,
        };
        assert!(start <= at && at + size <= end && (at - start).is_multiple_of(align_of::<T>()), "no room");
        self.slice = [at, at + size];
        self.kept = [start.max(at.saturating_sub(BESIDE)), end.min(at + size + BESIDE)];
        let first = self.memory.as_mut_ptr::<u8>();
        // SAFETY: all of it is between the fences, aligned, borrowed with `self`, and written before it is read.
        unsafe {
            first.add(self.kept[0]).write_bytes(CANARY, self.kept[1] - self.kept[0]);
            let to = first.add(at).cast::<T>();
            to.copy_from_nonoverlapping(values.as_ptr(), values.len());
            core::slice::from_raw_parts_mut(to, values.len())
        }
    }

    /// Checks that nothing beside the last slice has changed.
    #[track_caller]
    pub fn assert_kept(&self) {
        let ([from, to], [start, end]) = (self.kept, self.slice);
        let first = self.memory.as_ptr::<u8>();
        // SAFETY: these bytes are between the fences, and `hold` has written them.
        let beside = unsafe {
            [
                core::slice::from_raw_parts(first.add(from), start - from),
                core::slice::from_raw_parts(first.add(end), to - end),
            ]
        };
        assert!(beside.concat().iter().all(|&b| b == CANARY), "written outside of the slice");
    }
}

#[test]
fn fences_cannot_be_read_or_written() {
    let mut fenced = Fenced::new(1);
    for place in [Start(0), End(0)] {
        let range = fenced.hold(&[1u8; 10], place).as_ptr_range();
        let fence = if let Start(_) = place { range.start.wrapping_sub(1) } else { range.end };
        assert_eq!(region::query(fence).unwrap().protection(), Protection::NONE);
    }
}

#[test]
#[should_panic = "written outside"]
fn canaries_are_looked_at() {
    let mut fenced = Fenced::new(1);
    let beside = fenced.hold(&[1u8; 10], End(3)).as_mut_ptr().wrapping_add(11);
    // SAFETY: this is the second of the three bytes between the slice and the fence.
    unsafe { beside.write(0) };
    fenced.assert_kept();
}
