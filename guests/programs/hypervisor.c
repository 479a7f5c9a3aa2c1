/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A hypervisor at EL2 and short guests at EL1: every exception that comes up is printed with its syndrome. Stage 2 in
 * all its faults, traps by HCR_EL2 and its relatives, virtual interrupts by HCR_EL2 and by list registers.
 */
#include "runtime/runtime.h"

#define HCR_VM 1UL
#define HCR_SWIO (1UL << 1)
#define HCR_FMO (1UL << 3)
#define HCR_IMO (1UL << 4)
#define HCR_AMO (1UL << 5)
#define HCR_VF (1UL << 6)
#define HCR_VI (1UL << 7)
#define HCR_VSE (1UL << 8)
#define HCR_DC (1UL << 12)
#define HCR_TWI (1UL << 13)
#define HCR_TID1 (1UL << 16)
#define HCR_TID2 (1UL << 17)
#define HCR_TID3 (1UL << 18)
#define HCR_TSC (1UL << 19)
#define HCR_TACR (1UL << 21)
#define HCR_TPC (1UL << 23)
#define HCR_TTLB (1UL << 25)
#define HCR_TVM (1UL << 26)
#define HCR_TDZ (1UL << 28)
#define HCR_TRVM (1UL << 30)
#define HCR_RW (1UL << 31)
#define HCR_E2H (1UL << 34)
#define S1PTW (1UL << 7)
#define BASE (HCR_VM | HCR_SWIO | HCR_FMO | HCR_IMO | HCR_AMO | HCR_RW | HCR_E2H)

#define ICH_AP1R0 S3_4_C12_C9_0
#define ICH_HCR S3_4_C12_C11_0
#define ICH_MISR S3_4_C12_C11_2
#define ICH_EISR S3_4_C12_C11_3
#define ICH_ELRSR S3_4_C12_C11_5
#define ICH_VMCR S3_4_C12_C11_7
#define ICH_LR0 S3_4_C12_C12_0
#define ICH_LR1 S3_4_C12_C12_1
#define ICH_LR2 S3_4_C12_C12_2
#define ICH_LR3 S3_4_C12_C12_3
#define VTTBR_EL2 S3_4_C2_C1_0
#define VTCR_EL2 S3_4_C2_C1_2
#define get(name) get_(name)
#define get_(name) read_register(name)
#define set(name, value) set_(name, value)
#define set_(name, value) write_register(name, value)

#define LR_PENDING (1UL << 62)
#define LR_ACTIVE (1UL << 63)
#define LR_HARDWARE (1UL << 61)
#define LR_GROUP_1 (1UL << 60)
#define LR_EOI (1UL << 41)
#define lr_priority(value) ((uint64_t)(value) << 48)

/* Stage 2: 40 bits from level 1, of which the first 2 GiB have tables of 2 MiB blocks. */
#define VTCR (24UL | 1UL << 6 | 1UL << 8 | 1UL << 10 | 3UL << 12 | 2UL << 16 | 1UL << 31)
#define S2_NORMAL 0x7FDUL /* write back, read and write, inner shareable, accessed, block */
#define S2_READ_ONLY 0x77DUL
#define S2_NO_ACCESS 0x73DUL
#define S2_NOT_ACCESSED 0x3FDUL
#define S2_DEVICE 0x4C5UL /* nGnRE */
#define S2_XN (1UL << 54)
#define MIB 0x100000UL
#define RAM 0x40000000UL
#define READ_ONLY (RAM + 64 * MIB)
#define NO_ACCESS (RAM + 66 * MIB)
#define NOT_ACCESSED (RAM + 68 * MIB)
#define NOT_EXECUTABLE (RAM + 70 * MIB)
#define UNMAPPED (RAM + 72 * MIB)
#define DEVICE (RAM + 74 * MIB)
#define FREE (RAM + 76 * MIB)

static _Alignas(8192) uint64_t level1[1024];
static _Alignas(4096) uint64_t level2[512];
static unsigned current;
static unsigned steps;

struct guest {
    const char *name;
    const char *code;
    uint64_t hcr;
    uint64_t x0;
    void (*before)(void);
    void (*after)(void);
};

/* X0 is what the table says, X1 a place in free memory, X2 a number. It ends with HVC #1. */
#define GUEST(name, text)                                                                          \
    extern const char guest_##name[];                                                              \
    __asm__(".text\n.balign 16\nguest_" #name ":\n" text "\nhvc #1\n")

/* The guest's vectors: every entry says which one it is and returns. */
__asm__(".text\n"
        ".balign 2048\n"
        "guest_vectors:\n"
        ".set n, 0\n"
        ".rept 16\n"
        ".balign 128\n"
        "hvc #(0x100 + n)\n"
        "eret\n"
        ".set n, n + 1\n"
        ".endr\n"
        ".balign 128\n");
extern const char guest_vectors[];

GUEST(calls, "hvc #0x1234\nsmc #7\nsvc #5\n");
GUEST(loads, "ldr x3, [x0]\nldr w4, [x0, #4]\nldrb w5, [x0, #1]\nldrh w6, [x0, #2]\nldrsb x7, [x0, #3]\nldrsb w8, [x0]\n"
             "ldrsh x9, [x0]\nldrsw x10, [x0]\nldur x11, [x0, #16]\nldtr x12, [x0]\nldr x13, [x0, x2]\nldr xzr, [x0]\n"
             "ldar x14, [x0]\nldarb w15, [x0]\nldxr x16, [x0]\nldaxrh w17, [x0]\nldp x3, x4, [x0]\nldr x5, [x0], #8\n"
             "ldr x5, [x0, #8]!\nldpsw x3, x4, [x0]\n");
GUEST(stores, "str x3, [x0]\nstr w4, [x0, #4]\nstrb w5, [x0, #1]\nstrh w6, [x0, #2]\nstur x7, [x0, #16]\nsttr x8, [x0]\n"
              "str xzr, [x0]\nstlr x9, [x0]\nstlrh w10, [x0]\nstp x3, x4, [x0]\nstr x5, [x0], #8\nstp x5, x6, [x0, #16]!\n");
GUEST(atomics, ".arch armv8.1-a\nldadd x3, x4, [x0]\nldsetal w3, w4, [x0]\nswpb w3, w4, [x0]\ncas x3, x4, [x0]\n"
               "casp x4, x5, x6, x7, [x0]\nstadd x3, [x0]\n");
GUEST(maintenance, "dc zva, x0\nprfm pldl1keep, [x0]\n");
GUEST(fetch, "mov x4, x30\nblr x0\n");
GUEST(waits, "wfi\nnop\nwfi\n");
GUEST(memory_registers, "msr ttbr0_el1, x2\nmsr sctlr_el1, xzr\nmsr mair_el1, x2\nmsr tcr_el1, x2\nmsr contextidr_el1, x2\n"
                        "msr far_el1, x2\nmrs x3, ttbr1_el1\nmrs x4, sctlr_el1\nmrs x5, esr_el1\n");
GUEST(identification, "mrs x3, id_aa64mmfr0_el1\nmrs x4, id_aa64pfr1_el1\nmrs x5, id_pfr0_el1\nmrs x6, revidr_el1\n"
                      "mrs x7, aidr_el1\nmrs x8, ccsidr_el1\nmrs x9, clidr_el1\nmsr csselr_el1, xzr\nmrs x10, csselr_el1\n"
                      "mrs x11, ctr_el0\nmrs x12, midr_el1\nmrs x13, s3_0_c0_c4_7\n");
GUEST(controls, "mrs x3, actlr_el1\nmsr actlr_el1, x3\nmrs x4, cpacr_el1\nmsr cpacr_el1, x4\n");
GUEST(tlb, "tlbi vmalle1\ntlbi vae1is, x2\ndsb sy\nic iallu\nic ialluis\ndc isw, xzr\ndc cisw, xzr\n");
GUEST(above, "mrs x3, hcr_el2\nmsr vbar_el2, x3\nmrs x4, sctlr_el12\n.arch armv8.1-a\nmrs x5, scr_el3\n");
GUEST(timers, "mrs x3, cntpct_el0\nmrs x4, cntp_ctl_el0\nmsr cntp_cval_el0, x4\nmrs x5, cntvct_el0\nmrs x6, cntv_ctl_el0\n");
GUEST(debug, "mrs x3, mdscr_el1\nmsr mdscr_el1, x3\nmrs x4, dbgbvr0_el1\nmrs x5, oslsr_el1\nmsr oslar_el1, xzr\nbrk #3\n");
GUEST(walk, "msr ttbr0_el1, x0\nmov x3, #25\nmsr tcr_el1, x3\nmov x3, #0xff\nmsr mair_el1, x3\nmov x3, #1\nmovk x3, #0x30d0, lsl #16\n"
            "isb\ntlbi vmalle1\ndsb sy\nmsr sctlr_el1, x3\nisb\nnop\n");
GUEST(unmasked, "mov x3, #0\nmsr daifclr, #7\nnop\nnop\nmsr daifset, #7\nmrs x4, isr_el1\nhvc #2\n");
GUEST(interrupts, "mov x3, #0xff\nmsr S3_0_C4_C6_0, x3\nmov x3, #1\nmsr S3_0_C12_C12_7, x3\nmsr S3_0_C12_C12_6, x3\n"
                  "mrs x4, isr_el1\nhvc #2\nmrs x4, S3_0_C12_C12_2\nhvc #2\nmrs x4, S3_0_C12_C12_0\nhvc #2\nmrs x5, S3_0_C12_C12_0\n"
                  "mov x4, x5\nhvc #2\nmrs x4, S3_0_C12_C11_3\nhvc #2\nmsr S3_0_C12_C12_1, x5\nmrs x4, S3_0_C12_C11_3\nhvc #2\n"
                  "mov x3, #33\nmsr S3_0_C12_C12_1, x3\nmrs x4, S3_0_C12_C12_0\nhvc #2\nmsr S3_0_C12_C12_1, x4\n"
                  "mrs x4, S3_0_C12_C8_0\nhvc #2\nmsr S3_0_C12_C8_1, x4\nmrs x4, S3_0_C12_C11_3\nhvc #2\nmrs x4, S3_0_C12_C12_3\nhvc #2\n"
                  "mov x3, #99\nmsr S3_0_C12_C12_1, x3\nhvc #2\n");
GUEST(send, "mov x3, #1\nmsr S3_0_C12_C11_5, x3\nmrs x4, S3_0_C12_C12_5\n");

static void show_lists(void)
{
    print("  lists 0x%lx 0x%lx 0x%lx 0x%lx, HCR 0x%lx, MISR 0x%lx, EISR 0x%lx, ELRSR 0x%lx, VMCR 0x%lx, AP1R0 0x%lx\n",
          get(ICH_LR0), get(ICH_LR1), get(ICH_LR2), get(ICH_LR3), get(ICH_HCR), get(ICH_MISR), get(ICH_EISR), get(ICH_ELRSR),
          get(ICH_VMCR), get(ICH_AP1R0));
}

static void fill_lists(void)
{
    set(ICH_LR0, LR_PENDING | LR_GROUP_1 | lr_priority(0x80) | 33);
    set(ICH_LR1, LR_PENDING | LR_GROUP_1 | LR_EOI | lr_priority(0x40) | 34);
    set(ICH_LR2, LR_PENDING | lr_priority(0x90) | 35);
    set(ICH_LR3, LR_PENDING | LR_ACTIVE | LR_GROUP_1 | lr_priority(0xC0) | 36);
    set(ICH_HCR, 1 | 1UL << 1 | 1UL << 2 | 1UL << 3);
    synchronize();
    show_lists();
}

static void empty_lists(void)
{
    show_lists();
    set(ICH_LR0, 0);
    set(ICH_LR1, 0);
    set(ICH_LR2, 0);
    set(ICH_LR3, 0);
    set(ICH_HCR, 0);
    set(ICH_VMCR, 0);
    set(ICH_AP1R0, 0);
}

static void trap_control(void) { write_register(cptr_el2, 1UL << 31 | 3UL << 20); }
static void trap_timers(void) { write_register(cnthctl_el2, 0); }
static void trap_debug(void) { write_register(mdcr_el2, 1UL << 9 | 1UL << 10 | 1UL << 11 | 1UL << 8); }
static void trap_nothing(void)
{
    write_register(cptr_el2, 3UL << 20);
    write_register(cnthctl_el2, 3UL << 10);
    write_register(mdcr_el2, 0);
}
static void both_stages(void)
{
    static const uint64_t places[] = {FREE, READ_ONLY, NO_ACCESS, NOT_ACCESSED, UNMAPPED, DEVICE};
    for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
        __asm__ volatile("at s12e1r, %0\n\tisb" ::"r"(places[i]) : "memory");
        uint64_t read = read_register(par_el1);
        __asm__ volatile("at s12e1w, %0\n\tisb" ::"r"(places[i]) : "memory");
        uint64_t write = read_register(par_el1);
        print("  AT S12E1 of 0x%lx: F %lu 0x%lx, F %lu 0x%lx\n", places[i], read & 1, read & 1 ? read & 0x37F : read & 0xFFFFFFFFF000,
              write & 1, write & 1 ? write & 0x37F : write & 0xFFFFFFFFF000);
    }
}

static const struct guest guests[] = {
    {"calls", guest_calls, HCR_TSC, 0, 0, 0},
    {"loads from nothing", guest_loads, 0, UNMAPPED, 0, 0},
    {"stores to nothing", guest_stores, 0, UNMAPPED, 0, 0},
    {"atomics on nothing", guest_atomics, HCR_DC, UNMAPPED, 0, 0},
    {"maintenance of nothing", guest_maintenance, HCR_DC, UNMAPPED, 0, 0},
    {"stores to what is read only", guest_stores, 0, READ_ONLY, 0, 0},
    {"loads from what may not be read", guest_loads, 0, NO_ACCESS, 0, 0},
    {"loads from what was not accessed", guest_loads, 0, NOT_ACCESSED, 0, 0},
    {"fetch from nothing", guest_fetch, 0, UNMAPPED, 0, 0},
    {"fetch from what is not executable", guest_fetch, 0, NOT_EXECUTABLE, 0, 0},
    {"waits", guest_waits, HCR_TWI, 0, 0, 0},
    {"writes of memory registers", guest_memory_registers, HCR_TVM, 0, 0, 0},
    {"reads of memory registers", guest_memory_registers, HCR_TRVM, 0, 0, 0},
    {"identification", guest_identification, HCR_TID1 | HCR_TID2 | HCR_TID3, 0, 0, 0},
    {"controls", guest_controls, HCR_TACR, 0, trap_control, trap_nothing},
    {"TLB and caches", guest_tlb, HCR_TTLB, 0, 0, 0},
    {"registers of above", guest_above, 0, 0, 0, 0},
    {"timers", guest_timers, 0, 0, trap_timers, trap_nothing},
    {"debug", guest_debug, 0, 0, trap_debug, trap_nothing},
    {"walk into nothing", guest_walk, 0, UNMAPPED, 0, 0},
    {"walk into what was not accessed", guest_walk, 0, NOT_ACCESSED, 0, both_stages},
    {"virtual IRQ", guest_unmasked, HCR_VI, 0, 0, 0},
    {"virtual FIQ", guest_unmasked, HCR_VF, 0, 0, 0},
    {"virtual FIQ and SError", guest_unmasked, HCR_VF | HCR_VSE, 0, 0, 0},
    {"list registers", guest_interrupts, 0, 0, fill_lists, empty_lists},
    {"SGI", guest_send, 0, 0, 0, 0},
};

static void start(struct frame *frame)
{
    const struct guest *guest = &guests[current];
    print("%s\n", guest->name);
    memset(frame, 0, sizeof *frame);
    for (uint64_t i = 3; i < 31; i++) {
        frame->x[i] = i << 8;
    }
    frame->x[0] = guest->x0;
    frame->x[1] = FREE;
    frame->x[2] = 8;
    frame->elr = (uint64_t)guest->code;
    frame->spsr = 0x3C5;
    steps = 0;
    trap_nothing();
    write_register(sctlr_el12, 0x30D00800);
    write_register(vbar_el12, (uint64_t)guest_vectors);
    write_register(hcr_el2, BASE | guest->hcr);
    __asm__ volatile("tlbi alle1\n\tdsb sy\n\tisb" ::: "memory");
    if (guest->before) {
        guest->before();
    }
}

static void end(struct frame *frame)
{
    const struct guest *guest = &guests[current];
    if (guest->after) {
        guest->after();
    }
    if (++current == sizeof guests / sizeof *guests) {
        write_register(hcr_el2, HCR_E2H | HCR_RW | 1UL << 27);
        synchronize();
        power_off();
    }
    start(frame);
}

void exception(struct frame *frame, uint64_t source)
{
    uint64_t syndrome = read_register(esr_el1);
    unsigned class = (unsigned)(syndrome >> 26);
    uint64_t offset = frame->elr - (uint64_t)guests[current].code;
    if (source != FROM_EL0_SYNC || ++steps > 64) {
        fail("exception %lu at 0x%lx, ESR 0x%lx, FAR 0x%lx", source, frame->elr, syndrome, read_register(far_el1));
    }
    if (class == 0x16 && (syndrome & 0xFFFF) == 1) {
        end(frame);
        return;
    }
    if (class == 0x16 && (syndrome & 0xFFFF) == 2) {
        print("  X4 0x%lx\n", frame->x[4]);
        return;
    }
    if (class == 0x16 && (syndrome & 0xFF00) == 0x100) {
        print("  guest's vector %lu, ESR_EL1 0x%lx, SPSR_EL1 0x%lx\n", syndrome & 0xFF, read_register(esr_el12),
              read_register(spsr_el12));
        uint64_t kind = syndrome & 3;
        uint64_t reason = read_register(esr_el12) >> 26;
        if (kind == 0 && reason != 0x15) {
            write_register(elr_el12, read_register(elr_el12) + 4);
        }
        /* What was taken is withdrawn. VSE goes by itself. */
        uint64_t taken = kind == 1 ? HCR_VI : kind == 2 ? HCR_VF : 0;
        write_register(hcr_el2, read_register(hcr_el2) & ~taken);
        return;
    }
    if (class == 0x20 || class == 0x24) {
        if (syndrome & S1PTW) {
            syndrome &= ~3UL; /* the level of stage 2; QEMU says that of stage 1 */
        }
        print("  +0x%lx: ESR 0x%lx, FAR 0x%lx, HPFAR 0x%lx\n", class == 0x20 ? 0 : offset, syndrome, read_register(far_el1),
              get(S3_4_C6_C0_4));
    } else {
        print("  +0x%lx: ESR 0x%lx, SPSR 0x%lx\n", offset, syndrome, frame->spsr);
    }
    if (class == 0x20 && (syndrome & S1PTW)) {
        /* Without stage 1 it goes on. */
        write_register(sctlr_el12, 0x30D00800);
        synchronize();
    } else if (class == 0x20) {
        frame->elr = frame->x[30];
        frame->x[30] = frame->x[4];
    } else if (class != 0x16) {
        frame->elr += 4;
    }
}

void guest_main(uint64_t device_tree)
{
    static _Alignas(16) struct {
        unsigned char stack[4096];
        struct frame frame;
    } space;
    (void)device_tree;
    if (current_level() != 2) {
        print("nothing to do below EL2\n");
        return;
    }
    translation_build();
    translation_on();
    for (uint64_t i = 0; i < 64; i++) {
        level2[i] = RAM + i * 2 * MIB;
        uint64_t address = level2[i];
        uint64_t attributes = address == READ_ONLY        ? S2_READ_ONLY
                              : address == NO_ACCESS      ? S2_NO_ACCESS
                              : address == NOT_ACCESSED   ? S2_NOT_ACCESSED
                              : address == NOT_EXECUTABLE ? S2_NORMAL | S2_XN
                              : address == DEVICE         ? S2_DEVICE
                                                          : S2_NORMAL;
        level2[i] = address == UNMAPPED ? 0 : address | attributes;
    }
    level1[1] = (uint64_t)level2 | 3;
    set(VTCR_EL2, VTCR);
    set(VTTBR_EL2, (uint64_t)level1 | 1UL << 48);
    write_register(cntvoff_el2, 0);
    write_register(S3_0_C12_C12_5, 7); /* ICC_SRE */
    synchronize();
    start(&space.frame);
    enter_frame(&space.frame);
}
