//! Shared by the images: ending with a status, and measuring on the board.

#![no_std]

pub mod digests;

use core::panic::PanicInfo;

use cortex_m::peripheral::syst::SystClkSource;
use cortex_m::peripheral::{Peripherals, SYST};
use cortex_m_semihosting::debug;
pub use cortex_m_semihosting::hprintln;

/// Ends the emulation.
pub fn exit(success: bool) -> ! {
    debug::exit(if success { debug::EXIT_SUCCESS } else { debug::EXIT_FAILURE });
    loop {}
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    hprintln!("{}", info);
    exit(false)
}

/// Counts instructions. The emulator lets each take 32 ns. The timer ticks every 40 ns, and its 24 bits last for 20 million
/// instructions.
pub struct Counter(SYST);

impl Counter {
    #[expect(clippy::new_without_default, reason = "there is one timer")]
    pub fn new() -> Self {
        let mut timer = Peripherals::take().expect("taken once").SYST;
        timer.set_clock_source(SystClkSource::Core);
        timer.set_reload(0x00ff_ffff);
        timer.clear_current();
        timer.enable_counter();
        Self(timer)
    }

    pub fn instructions(&self, work: impl FnOnce()) -> u32 {
        let start = SYST::get_current();
        work();
        (start.wrapping_sub(SYST::get_current()) & 0x00ff_ffff) * 40 / 32
    }
}

/// The pattern of stack that is not used yet.
const UNUSED: u32 = 0xdead_beef;
/// More bytes than any function uses.
const DEEPEST: usize = 8192;

/// Returns how many bytes of stack the work uses.
#[inline(never)]
pub fn stack(work: impl FnOnce()) -> usize {
    let top = cortex_m::register::msp::read() as usize;
    let mut address = top - DEEPEST;
    while address < top {
        // SAFETY: this memory is below the stack, and nothing uses it as long as this function calls nothing.
        unsafe { (address as *mut u32).write_volatile(UNUSED) };
        address += 4;
    }
    work();
    address = top - DEEPEST;
    // SAFETY: as above.
    while address < top && unsafe { (address as *const u32).read_volatile() } == UNUSED {
        address += 4;
    }
    top - address
}
