//! A stack whose use can be measured.

const PAGE: usize = 4096;
/// More pages than any call has ever used: nothing prevents a call that uses more from writing below them.
const PAGES: usize = 256;

#[derive(Clone, Copy, PartialEq)]
#[repr(align(4096))]
struct Page([u8; PAGE]);

const UNUSED: Page = Page([0xa5; PAGE]);

/// Memory of our own, filled with a pattern. It shows what a call writes. It also shows stack that a function takes and
/// never writes, if the function calls another one or takes more than a page, since the compiler touches each page.
pub struct Stack {
    pages: Vec<Page>,
}

impl Stack {
    pub fn new() -> Self {
        Self { pages: vec![UNUSED; PAGES] }
    }

    /// Returns how many bytes the work uses, including the few hundred of this call.
    pub fn depth(&mut self, work: &mut dyn FnMut()) -> usize {
        let base = self.pages.as_mut_ptr().cast();
        // SAFETY: these pages are aligned as a stack must be, and nothing else looks at them before the work is done. There is
        // room for more than any call has ever taken, and whether some is left is looked at below.
        unsafe { psm::on_stack(base, PAGES * PAGE, work) };
        let used = self.pages.iter().position(|page| *page != UNUSED).expect("a call writes to its stack");
        assert!(used > 0, "the stack may have been too small");
        let unused = self.pages[used].0.iter().zip(UNUSED.0).take_while(|&(&byte, paint)| byte == paint).count();
        self.pages[used..].fill(UNUSED);
        (PAGES - used) * PAGE - unused
    }
}
