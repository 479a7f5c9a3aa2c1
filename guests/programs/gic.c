/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * GICv3 by polling: what every register keeps of all ones, and the life of an interrupt under priorities, preemption,
 * both EOI modes, edge and level. Identification registers are left out: they name another implementation.
 */
#include "../lib/guest.h"

#define DISTRIBUTOR 0x08000000UL
#define REDISTRIBUTOR 0x080A0000UL
#define SGI_FRAME (REDISTRIBUTOR + 0x10000)

#define ICC_PMR S3_0_C4_C6_0
#define ICC_IAR0 S3_0_C12_C8_0
#define ICC_EOIR0 S3_0_C12_C8_1
#define ICC_HPPIR0 S3_0_C12_C8_2
#define ICC_BPR0 S3_0_C12_C8_3
#define ICC_AP0R0 S3_0_C12_C8_4
#define ICC_AP1R0 S3_0_C12_C9_0
#define ICC_DIR S3_0_C12_C11_1
#define ICC_RPR S3_0_C12_C11_3
#define ICC_SGI1R S3_0_C12_C11_5
#define ICC_ASGI1R S3_0_C12_C11_6
#define ICC_SGI0R S3_0_C12_C11_7
#define ICC_IAR1 S3_0_C12_C12_0
#define ICC_EOIR1 S3_0_C12_C12_1
#define ICC_HPPIR1 S3_0_C12_C12_2
#define ICC_BPR1 S3_0_C12_C12_3
#define ICC_CTLR S3_0_C12_C12_4
#define ICC_SRE S3_0_C12_C12_5
#define ICC_IGRPEN0 S3_0_C12_C12_6
#define ICC_IGRPEN1 S3_0_C12_C12_7

/* Names of registers must be expanded before they are made strings. */
#define get(name) get_(name)
#define get_(name) read_register(name)
#define set(name, value) set_(name, value)
#define set_(name, value)                                                                          \
    do {                                                                                           \
        write_register(name, value);                                                               \
        synchronize();                                                                             \
    } while (0)

#define AFFINITY 0xFF00FFFFFFUL
#define PRIORITY_BITS 0xF8F8F8F8u /* five bits of priority; QEMU keeps the others too */
#define CTLR_EOIMODE 2u
#define CTLR_CBPR 1u
#define SPI 40u

static uint64_t distributor(uint64_t offset) { return device_read(DISTRIBUTOR + offset); }
static uint64_t sgi_frame(uint64_t offset) { return device_read(SGI_FRAME + offset); }

static void write_wide(uint64_t address, uint64_t value)
{
    __asm__ volatile("str %0, [%1]" ::"r"(value), "r"(address) : "memory");
}
static uint64_t read_wide(uint64_t address)
{
    uint64_t value;
    __asm__ volatile("ldr %0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}
static void write_byte(uint64_t address, uint64_t value)
{
    __asm__ volatile("strb %w0, [%1]" ::"r"(value), "r"(address) : "memory");
}
static uint64_t read_byte(uint64_t address)
{
    uint64_t value;
    __asm__ volatile("ldrb %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}

/* Writes ones and zeros and prints what is read. */
static void probe_with(const char *name, uint64_t address, uint32_t mask)
{
    uint64_t before = device_read(address);
    device_write(address, mask);
    uint64_t ones = device_read(address);
    device_write(address, 0);
    uint64_t zeros = device_read(address);
    device_write(address, (uint32_t)before);
    print("%s: 0x%lx, ones 0x%lx, zeros 0x%lx\n", name, before, ones, zeros);
}

static void probe(const char *name, uint64_t address) { probe_with(name, address, 0xFFFFFFFF); }

/* What sets and what clears show the same bits. */
static void probe_bits(const char *name, uint64_t sets, uint64_t clears)
{
    uint64_t before = device_read(sets);
    device_write(sets, 0xFFFFFFFF);
    uint64_t all = device_read(sets);
    uint64_t mirrored = device_read(clears);
    device_write(clears, 0x0F0F0F0F);
    uint64_t some = device_read(sets);
    device_write(clears, 0xFFFFFFFF);
    uint64_t none = device_read(clears);
    device_write(sets, (uint32_t)before);
    print("%s: 0x%lx, all 0x%lx 0x%lx, some 0x%lx, none 0x%lx\n", name, before, all, mirrored, some, none);
}

static void probe_registers(void)
{
    probe("GICD_CTLR", DISTRIBUTOR);
    probe("GICD_STATUSR", DISTRIBUTOR + 0x10);
    probe("GICD_IGROUPR0", DISTRIBUTOR + 0x80);
    probe("GICD_IGROUPR1", DISTRIBUTOR + 0x84);
    probe("GICD_IGROUPR7", DISTRIBUTOR + 0x9C);
    probe_bits("GICD_ISENABLER0", DISTRIBUTOR + 0x100, DISTRIBUTOR + 0x180);
    probe_bits("GICD_ISENABLER1", DISTRIBUTOR + 0x104, DISTRIBUTOR + 0x184);
    probe_bits("GICD_ISENABLER31", DISTRIBUTOR + 0x17C, DISTRIBUTOR + 0x1FC);
    probe_bits("GICD_ISPENDR2", DISTRIBUTOR + 0x208, DISTRIBUTOR + 0x288);
    probe_bits("GICD_ISACTIVER2", DISTRIBUTOR + 0x308, DISTRIBUTOR + 0x388);
    probe("GICD_IPRIORITYR0", DISTRIBUTOR + 0x400);
    probe_with("GICD_IPRIORITYR9", DISTRIBUTOR + 0x424, PRIORITY_BITS);
    probe("GICD_ITARGETSR9", DISTRIBUTOR + 0x824);
    probe("GICD_ICFGR0", DISTRIBUTOR + 0xC00);
    probe("GICD_ICFGR2", DISTRIBUTOR + 0xC08);
    probe("GICD_IGRPMODR1", DISTRIBUTOR + 0xD04);
    probe("GICD_NSACR2", DISTRIBUTOR + 0xE08);
    probe("GICD_CPENDSGIR0", DISTRIBUTOR + 0xF10);
    probe("GICD_IROUTER31", DISTRIBUTOR + 0x60F8);
    write_wide(DISTRIBUTOR + 0x6100 + 8 * 8, AFFINITY);
    print("GICD_IROUTER40: 0x%lx\n", read_wide(DISTRIBUTOR + 0x6100 + 8 * 8));
    write_wide(DISTRIBUTOR + 0x6100 + 8 * 8, 0);
    print("GICD_IROUTER40: zeros 0x%lx\n", read_wide(DISTRIBUTOR + 0x6100 + 8 * 8));
    write_byte(DISTRIBUTOR + 0x425, 0x58);
    print("a byte of GICD_IPRIORITYR9: 0x%lx in 0x%lx\n", read_byte(DISTRIBUTOR + 0x425), distributor(0x424));
    write_byte(DISTRIBUTOR + 0x425, 0);

    probe("GICR_IGROUPR0", SGI_FRAME + 0x80);
    probe_bits("GICR_ISENABLER0", SGI_FRAME + 0x100, SGI_FRAME + 0x180);
    probe_bits("GICR_ISACTIVER0", SGI_FRAME + 0x300, SGI_FRAME + 0x380);
    probe_with("GICR_IPRIORITYR1", SGI_FRAME + 0x404, PRIORITY_BITS);
    probe_with("GICR_IPRIORITYR7", SGI_FRAME + 0x41C, PRIORITY_BITS);
    probe("GICR_ICFGR0", SGI_FRAME + 0xC00);
    probe("GICR_IGRPMODR0", SGI_FRAME + 0xD00);
    probe("GICR_NSACR", SGI_FRAME + 0xE00);
    probe("GICR_WAKER", REDISTRIBUTOR + 0x14);

    print("RPR 0x%lx, HPPIR 0x%lx 0x%lx, IAR 0x%lx 0x%lx\n", get(ICC_RPR), get(ICC_HPPIR0), get(ICC_HPPIR1), get(ICC_IAR0),
          get(ICC_IAR1));
    set(ICC_PMR, 0xFF);
    print("PMR 0x%lx\n", get(ICC_PMR));
    set(ICC_PMR, 0);
    for (uint64_t i = 0; i < 8; i++) {
        set(ICC_BPR0, i);
        set(ICC_BPR1, i);
        print("BPR of %lu: 0x%lx 0x%lx\n", i, get(ICC_BPR0), get(ICC_BPR1));
    }
    set(ICC_BPR0, 0);
    set(ICC_BPR1, 0);
    set(ICC_CTLR, ~0UL);
    print("CTLR of ones 0x%lx\n", get(ICC_CTLR) & 0xFF);
    set(ICC_CTLR, 0);
    print("CTLR of zeros 0x%lx\n", get(ICC_CTLR) & 0xFF);
    set(ICC_SRE, 0);
    print("SRE 0x%lx\n", get(ICC_SRE));
    set(ICC_IGRPEN0, ~0UL);
    set(ICC_IGRPEN1, ~0UL);
    print("IGRPEN 0x%lx 0x%lx\n", get(ICC_IGRPEN0), get(ICC_IGRPEN1));
    set(ICC_IGRPEN0, 0);
    set(ICC_IGRPEN1, 0);
    set(ICC_AP1R0, 0x80000001);
    print("AP1R0 0x%lx, RPR 0x%lx\n", get(ICC_AP1R0), get(ICC_RPR));
    set(ICC_AP1R0, 0);
    set(ICC_AP0R0, 0x100);
    print("AP0R0 0x%lx, RPR 0x%lx\n", get(ICC_AP0R0), get(ICC_RPR));
    set(ICC_AP0R0, 0);
}

static void show(const char *when)
{
    print("%s: ISR 0x%lx, HPPIR 0x%lx 0x%lx, RPR 0x%lx, AP 0x%lx 0x%lx, private 0x%lx 0x%lx, shared 0x%lx 0x%lx\n", when,
          read_register(isr_el1), get(ICC_HPPIR0), get(ICC_HPPIR1), get(ICC_RPR), get(ICC_AP0R0), get(ICC_AP1R0),
          sgi_frame(0x200), sgi_frame(0x300), distributor(0x204), distributor(0x304));
}

static void priority(unsigned interrupt, unsigned value)
{
    write_byte((interrupt < 32 ? SGI_FRAME : DISTRIBUTOR) + 0x400 + interrupt, value);
}

static void group(unsigned interrupt, unsigned value)
{
    uint64_t address = (interrupt < 32 ? SGI_FRAME : DISTRIBUTOR) + 0x80 + interrupt / 32 * 4;
    uint32_t bits = device_read(address);
    device_write(address, value ? bits | 1u << interrupt % 32 : bits & ~(1u << interrupt % 32));
}

static void write_bit(uint64_t offset, unsigned interrupt)
{
    device_write((interrupt < 32 ? SGI_FRAME : DISTRIBUTOR) + offset + interrupt / 32 * 4, 1u << interrupt % 32);
    barrier();
}
static void enable(unsigned interrupt) { write_bit(0x100, interrupt); }
static void disable(unsigned interrupt) { write_bit(0x180, interrupt); }
static void pend(unsigned interrupt) { write_bit(0x200, interrupt); }
static void unpend(unsigned interrupt) { write_bit(0x280, interrupt); }
static void activate(unsigned interrupt) { write_bit(0x300, interrupt); }
static void deactivate(unsigned interrupt) { write_bit(0x380, interrupt); }

static void prepare(void)
{
    device_write(DISTRIBUTOR, 0x13);
    set(ICC_PMR, 0xFF);
    set(ICC_BPR0, 0);
    set(ICC_BPR1, 0);
    set(ICC_CTLR, 0);
    set(ICC_IGRPEN0, 1);
    set(ICC_IGRPEN1, 1);
    for (unsigned i = 0; i < 48; i++) {
        group(i, 1);
        priority(i, 0x80);
        disable(i);
        unpend(i);
        deactivate(i);
    }
}

static void one_sgi(void)
{
    print("one SGI\n");
    prepare();
    set(ICC_SGI1R, 3UL << 24 | 1);
    show("sent, disabled");
    enable(3);
    show("enabled");
    set(ICC_PMR, 0x80);
    show("PMR at its priority");
    set(ICC_PMR, 0x88);
    show("PMR above");
    set(ICC_IGRPEN1, 0);
    show("group disabled");
    print("IAR 0x%lx\n", get(ICC_IAR1));
    set(ICC_IGRPEN1, 1);
    device_write(DISTRIBUTOR, 0x11);
    show("distributor's group disabled");
    device_write(DISTRIBUTOR, 0x13);
    print("IAR0 0x%lx, IAR1 0x%lx\n", get(ICC_IAR0), get(ICC_IAR1));
    show("acknowledged");
    set(ICC_SGI1R, 3UL << 24 | 1);
    show("pending again while active");
    print("IAR1 0x%lx\n", get(ICC_IAR1));
    set(ICC_EOIR1, 3);
    show("ended");
    print("IAR1 0x%lx\n", get(ICC_IAR1));
    set(ICC_EOIR1, 3);
    show("ended again");
}

static void preemption(unsigned bpr)
{
    print("preemption with BPR1 %lu\n", (uint64_t)bpr);
    prepare();
    set(ICC_BPR1, bpr);
    priority(1, 0xC0);
    priority(2, 0xA8);
    priority(5, 0x40);
    priority(6, 0x48);
    for (unsigned i = 1; i < 8; i++) {
        enable(i);
    }
    static const unsigned order[] = {1, 2, 6, 5};
    unsigned taken[4];
    unsigned count = 0;
    for (unsigned i = 0; i < 4; i++) {
        set(ICC_SGI1R, (uint64_t)order[i] << 24 | 1);
        show("sent");
        uint64_t acknowledged = get(ICC_IAR1);
        print("IAR1 0x%lx\n", acknowledged);
        if (acknowledged < 1020) {
            taken[count++] = (unsigned)acknowledged;
        }
    }
    while (count > 0) {
        set(ICC_EOIR1, taken[--count]);
        show("ended");
    }
    for (;;) {
        uint64_t left = get(ICC_IAR1);
        print("IAR1 0x%lx\n", left);
        if (left >= 1020) {
            break;
        }
        set(ICC_EOIR1, left);
    }
}

static void groups(void)
{
    print("groups\n");
    prepare();
    group(4, 0);
    priority(4, 0xA0);
    enable(4);
    enable(5);
    set(ICC_SGI0R, 4UL << 24 | 1);
    show("group 0 sent");
    set(ICC_SGI1R, 4UL << 24 | 1);
    set(ICC_ASGI1R, 4UL << 24 | 1);
    set(ICC_SGI1R, 5UL << 24 | 1);
    show("both");
    print("IAR0 0x%lx, IAR1 0x%lx\n", get(ICC_IAR0), get(ICC_IAR1));
    show("group 1 taken");
    set(ICC_EOIR0, 5);
    show("the wrong EOIR");
    set(ICC_EOIR1, 5);
    show("the right EOIR");
    print("IAR1 0x%lx, IAR0 0x%lx\n", get(ICC_IAR1), get(ICC_IAR0));
    show("group 0 taken");
    set(ICC_EOIR0, 4);
    show("ended");
    set(ICC_CTLR, CTLR_CBPR);
    set(ICC_BPR0, 5);
    print("common BPR 0x%lx 0x%lx\n", get(ICC_BPR0), get(ICC_BPR1));
    set(ICC_BPR1, 2);
    print("common BPR after a write to BPR1 0x%lx 0x%lx\n", get(ICC_BPR0), get(ICC_BPR1));
    set(ICC_CTLR, 0);
    print("BPR 0x%lx 0x%lx\n", get(ICC_BPR0), get(ICC_BPR1));
}

static void split_end(void)
{
    print("EOI mode 1\n");
    prepare();
    set(ICC_CTLR, CTLR_EOIMODE);
    enable(7);
    set(ICC_SGI1R, 7UL << 24 | 1);
    print("IAR1 0x%lx\n", get(ICC_IAR1));
    set(ICC_EOIR1, 7);
    show("dropped");
    set(ICC_SGI1R, 7UL << 24 | 1);
    show("pending and active");
    set(ICC_DIR, 7);
    show("deactivated");
    print("IAR1 0x%lx\n", get(ICC_IAR1));
    set(ICC_EOIR1, 7);
    set(ICC_DIR, 7);
    show("done");
    set(ICC_DIR, 7);
    set(ICC_CTLR, 0);
    show("DIR of what is not active");
}

static void shared(void)
{
    print("SPI\n");
    prepare();
    write_wide(DISTRIBUTOR + 0x6000 + 8 * SPI, 0);
    enable(SPI);
    pend(SPI);
    show("pending, level");
    print("IAR1 0x%lx\n", get(ICC_IAR1));
    show("taken");
    set(ICC_EOIR1, SPI);
    show("ended");
    device_write(DISTRIBUTOR + 0xC08, 0xFFFFFFFF);
    pend(SPI);
    unpend(SPI);
    show("edge, pending and not");
    pend(SPI);
    print("IAR1 0x%lx\n", get(ICC_IAR1));
    pend(SPI);
    show("pending again");
    set(ICC_EOIR1, SPI);
    show("ended");
    print("IAR1 0x%lx\n", get(ICC_IAR1));
    set(ICC_EOIR1, SPI);
    device_write(DISTRIBUTOR + 0xC08, 0);
    activate(SPI);
    pend(SPI);
    show("made active");
    deactivate(SPI);
    show("made inactive");
    write_wide(DISTRIBUTOR + 0x6000 + 8 * SPI, 0x99);
    show("routed to nobody");
    write_wide(DISTRIBUTOR + 0x6000 + 8 * SPI, 0);
    show("routed here");
    unpend(SPI);
}

/* A timer is a level: what is pending follows its condition. */
static void level(void)
{
    print("timer\n");
    prepare();
    unsigned interrupt = timer_interrupt();
    enable(interrupt);
    timer_compare(0);
    timer_control(1);
    synchronize();
    print("control 0x%lx\n", timer_state());
    show("condition met");
    print("IAR1 0x%lx\n", get(ICC_IAR1));
    show("taken");
    set(ICC_EOIR1, interrupt);
    show("ended, condition still met");
    timer_control(3);
    synchronize();
    print("control 0x%lx\n", timer_state());
    show("masked");
    timer_control(1);
    synchronize();
    unpend(interrupt);
    show("cleared by hand");
    timer_compare(~0UL);
    synchronize();
    show("condition gone");
    pend(interrupt);
    show("made pending by hand");
    print("IAR1 0x%lx\n", get(ICC_IAR1));
    set(ICC_EOIR1, interrupt);
    show("ended");
    timer_control(0);
    synchronize();
    print("control 0x%lx\n", timer_state() & 3);
}

void guest_main(uint64_t device_tree)
{
    (void)device_tree;
    /* Awake, and affinity routing on. */
    device_write(REDISTRIBUTOR + 0x14, 0);
    while (device_read(REDISTRIBUTOR + 0x14) & 4) {
    }
    device_write(DISTRIBUTOR, 0x10);
    set(ICC_SRE, 1);
    probe_registers();
    one_sgi();
    for (unsigned bpr = 1; bpr < 8; bpr += 2) {
        preemption(bpr);
    }
    groups();
    split_end();
    shared();
    level();
}
