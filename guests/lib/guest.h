/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What every guest of this folder can use. There is no C library behind it.
 *
 * A guest runs at EL1, or at EL2 as a host, with the MMU off, so all data accesses are Device accesses: they must be
 * aligned, and exclusives are not to be used. It never touches floating-point registers.
 */
#ifndef GUEST_H
#define GUEST_H

#include <stddef.h>
#include <stdint.h>

/* ---- processor ------------------------------------------------------------------------------ */

#define read_register(name)                                                                        \
    ({                                                                                             \
        uint64_t value_;                                                                           \
        __asm__ volatile("mrs %0, " #name : "=r"(value_)::"memory");                               \
        value_;                                                                                    \
    })
#define write_register(name, value)                                                                \
    __asm__ volatile("msr " #name ", %0" ::"r"((uint64_t)(value)) : "memory")

/* The affinity fields of MPIDR_EL1, as PSCI, SDEI and the interrupt controller take them. */
#define MPIDR_AFFINITY 0xFF00FFFFFFUL

static inline void barrier(void) { __asm__ volatile("dsb sy" ::: "memory"); }
static inline void synchronize(void) { __asm__ volatile("isb" ::: "memory"); }
static inline void wait_for_interrupt(void) { __asm__ volatile("dsb sy\n\twfi" ::: "memory"); }
static inline void unmask_interrupts(void) { __asm__ volatile("msr daifclr, #2\n\tisb" ::: "memory"); }
static inline void mask_interrupts(void) { __asm__ volatile("msr daifset, #2\n\tisb" ::: "memory"); }

/*
 * Device registers. A compiler may access a plain volatile pointer with an instruction that also
 * updates the pointer, or with a pair of registers. Such an access to a device comes to a hypervisor
 * without a syndrome that says what to do, and it answers with an external abort.
 */
static inline uint32_t device_read(uint64_t address)
{
    uint32_t value;
    __asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}
static inline void device_write(uint64_t address, uint32_t value)
{
    __asm__ volatile("str %w0, [%1]" ::"r"(value), "r"(address) : "memory");
}

/* The exception level this runs at. */
static inline uint64_t current_level(void) { return read_register(currentel) >> 2; }

/* A timer of this level: the virtual one at EL1, the EL2 physical one at EL2, by EL1's name for it. */
static inline unsigned timer_interrupt(void) { return current_level() == 2 ? 26 : 27; }
static inline void timer_compare(uint64_t count)
{
    if (current_level() == 2) {
        write_register(cntp_cval_el0, count);
    } else {
        write_register(cntv_cval_el0, count);
    }
}
static inline void timer_control(uint64_t control)
{
    if (current_level() == 2) {
        write_register(cntp_ctl_el0, control);
    } else {
        write_register(cntv_ctl_el0, control);
    }
}
static inline uint64_t timer_state(void)
{
    return current_level() == 2 ? read_register(cntp_ctl_el0) : read_register(cntv_ctl_el0);
}

/* ---- start.S -------------------------------------------------------------------------------- */

/* The guest's own code on the first processor. When it returns, the machine is powered off. */
void guest_main(uint64_t device_tree);

/* The guest's own code on a processor turned on with secondary_start. It must not return. */
void secondary_main(void);

/* Entry point for PSCI CPU_ON; the context id is the top of the stack to use, 16-byte aligned. */
void secondary_start(void);

/* ---- vectors.S ------------------------------------------------------------------------------ */

/* Everything an exception must keep. vectors.S knows the offsets. */
struct frame {
    uint64_t x[31];
    uint64_t elr;
    uint64_t spsr;
    uint64_t sp_el0;
};

/* Where an exception came from: the four groups of the vector table times four kinds, and one of our own. */
enum source {
    FROM_EL1_SYNC = 4,
    FROM_EL1_IRQ = 5,
    FROM_EL0_SYNC = 8,
    FROM_EL0_IRQ = 9,
    FROM_RESUME = 16,
};

/* Called for every exception with interrupts masked; the frame is what will be returned to. A guest may
 * define its own; the one in exception.c treats every exception as a bug of the guest. */
void exception(struct frame *frame, uint64_t source);

/* Goes to the frame and never comes back. What is on the stack below it is given up. */
__attribute__((noreturn)) void enter_frame(const struct frame *frame);

/* Where an SDEI handler that interrupted EL0 may end with COMPLETE_AND_RESUME: it looks like one more
 * exception from EL0, with source FROM_RESUME. */
void resume_entry(void);

/* Entry point to register for SDEI events. */
void sdei_entry(void);

/* The guest's own SDEI handler: returns the address to resume at, or 0 to complete the event and return
 * to what it interrupted. */
uint64_t sdei_event(uint64_t event, uint64_t argument, uint64_t interrupted_pc, uint64_t interrupted_pstate);

/* ---- firmware calls ------------------------------------------------------------------------- */

struct call_result {
    uint64_t x0, x1, x2, x3;
};

/* One call by the SMC Calling Convention, by HVC from EL1 and by SMC from EL2. */
static inline struct call_result
firmware_call(uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
    /* First: a call below would not keep what is in registers already. */
    uint64_t level = current_level();
    register uint64_t x0 __asm__("x0") = function;
    register uint64_t x1 __asm__("x1") = a1;
    register uint64_t x2 __asm__("x2") = a2;
    register uint64_t x3 __asm__("x3") = a3;
    register uint64_t x4 __asm__("x4") = a4;
    register uint64_t x5 __asm__("x5") = a5;
    register uint64_t x6 __asm__("x6") = level;
    __asm__ volatile("tbnz x6, #1, 1f\n\t"
                     "hvc #0\n\t"
                     "b 2f\n"
                     "1: smc #0\n"
                     "2:"
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5), "+r"(x6)
                     :
                     : "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "memory");
    return (struct call_result){x0, x1, x2, x3};
}

#define PSCI_CPU_OFF 0x84000002UL
#define PSCI_CPU_ON 0xC4000003UL
#define PSCI_SYSTEM_OFF 0x84000008UL

/* Ends the run well. */
__attribute__((noreturn)) void power_off(void);

/* Ends the run badly: this processor turns off, and the machine stays on with nothing to do. */
__attribute__((noreturn)) void give_up(void);

/* ---- console.c ------------------------------------------------------------------------------ */

void console_init(void);

/* Prints to the PL011. Knows %s, %lu, %lx and %%. */
__attribute__((format(printf, 1, 2))) void print(const char *format, ...);

/* Prints a line that begins with "FAILED: " and gives up. */
__attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...);

/* ---- gic.c ---------------------------------------------------------------------------------- */

#define INTERRUPT_NONE 1023

/* Makes this processor ready for interrupts; the distributor too, which may be done more than once. */
void gic_init(void);

/* Enables one SGI or PPI of this processor. */
void gic_enable(unsigned interrupt);

/* Disables one SGI or PPI of this processor. */
void gic_disable(unsigned interrupt);

/* Takes the interrupt with the highest priority; INTERRUPT_NONE if there is none. */
unsigned gic_acknowledge(void);
void gic_end(unsigned interrupt);

/* Sends an SGI to one processor, named by its affinity. */
void gic_send(unsigned sgi, uint64_t affinity);

#endif
