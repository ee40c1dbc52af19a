/* What happens on a Cortex-M from its reset to main: the vector table, the floating-point unit, memory, newlib. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

extern uint32_t _stack_top, _data_start, _data_end, _data_source, _bss_start, _bss_end;
extern int main(void);
extern void initialise_monitor_handles(void);

void _init(void) {}

void _fini(void) {}

static void fault(void) {
    _Exit(99);
}

void reset(void) {
#ifdef __ARM_FP
    /* CPACR: full access to coprocessors 10 and 11. */
    *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20;
    __asm volatile("dsb\n isb" ::: "memory");
#endif
    memcpy(&_data_start, &_data_source, (size_t)((char *)&_data_end - (char *)&_data_start));
    memset(&_bss_start, 0, (size_t)((char *)&_bss_end - (char *)&_bss_start));
#ifdef SEMIHOSTING
    initialise_monitor_handles();
#endif
    exit(main());
}

__attribute__((section(".vectors"), used)) static const uintptr_t vectors[] = {
    (uintptr_t)&_stack_top, (uintptr_t)reset, (uintptr_t)fault, (uintptr_t)fault,
    (uintptr_t)fault,       (uintptr_t)fault, (uintptr_t)fault,
};
