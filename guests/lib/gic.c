/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * GICv3: SGIs and PPIs of the calling processor, all in group 1.
 */
#include "guest.h"

#define DISTRIBUTOR 0x08000000UL
#define REDISTRIBUTORS 0x080A0000UL
#define REDISTRIBUTOR_STRIDE 0x20000UL

#define GICD_CTLR 0x0000
#define GICD_CTLR_ENABLE_GROUP_1 (1u << 1)
#define GICD_CTLR_AFFINITY_ROUTING (1u << 4)
#define GICD_CTLR_WRITE_PENDING (1u << 31)

#define GICR_TYPER 0x0008
#define GICR_TYPER_LAST (1u << 4)
#define GICR_WAKER 0x0014
#define GICR_WAKER_PROCESSOR_SLEEP (1u << 1)
#define GICR_WAKER_CHILDREN_ASLEEP (1u << 2)
/* In the second frame, 64 KiB further on. */
#define GICR_IGROUPR0 0x10080
#define GICR_ISENABLER0 0x10100
#define GICR_ICENABLER0 0x10180
#define GICR_IPRIORITYR 0x10400

#define PRIORITY 0xA0u
#define PRIORITY_MASK_OPEN 0xF0u

/* Aff3.Aff2.Aff1.Aff0 packed as GICR_TYPER has them. */
static uint32_t packed_affinity(uint64_t mpidr)
{
    return (uint32_t)(mpidr & 0xFFFFFF) | (uint32_t)(mpidr >> 32 & 0xFF) << 24;
}

static uint64_t redistributor(void)
{
    uint32_t wanted = packed_affinity(read_register(mpidr_el1));
    for (uint64_t frame = REDISTRIBUTORS;; frame += REDISTRIBUTOR_STRIDE) {
        if (device_read(frame + GICR_TYPER + 4) == wanted) {
            return frame;
        }
        if (device_read(frame + GICR_TYPER) & GICR_TYPER_LAST) {
            fail("no redistributor for affinity 0x%lx", (uint64_t)wanted);
        }
    }
}

static void write_distributor_control(uint32_t value)
{
    device_write(DISTRIBUTOR + GICD_CTLR, value);
    while (device_read(DISTRIBUTOR + GICD_CTLR) & GICD_CTLR_WRITE_PENDING) {
    }
}

void gic_init(void)
{
    write_distributor_control(GICD_CTLR_AFFINITY_ROUTING);
    write_distributor_control(GICD_CTLR_AFFINITY_ROUTING | GICD_CTLR_ENABLE_GROUP_1);

    uint64_t frame = redistributor();
    device_write(frame + GICR_WAKER, device_read(frame + GICR_WAKER) & ~GICR_WAKER_PROCESSOR_SLEEP);
    while (device_read(frame + GICR_WAKER) & GICR_WAKER_CHILDREN_ASLEEP) {
    }
    device_write(frame + GICR_ICENABLER0, ~0u);
    device_write(frame + GICR_IGROUPR0, ~0u);
    for (unsigned i = 0; i < 32; i += 4) {
        device_write(frame + GICR_IPRIORITYR + i, PRIORITY * 0x01010101u);
    }
    barrier();

    write_register(icc_sre_el1, read_register(icc_sre_el1) | 1);
    synchronize();
    write_register(icc_pmr_el1, PRIORITY_MASK_OPEN);
    write_register(icc_bpr1_el1, 0);
    write_register(icc_igrpen1_el1, 1);
    synchronize();
}

void gic_enable(unsigned interrupt)
{
    device_write(redistributor() + GICR_ISENABLER0, 1u << interrupt);
    barrier();
}

void gic_disable(unsigned interrupt)
{
    device_write(redistributor() + GICR_ICENABLER0, 1u << interrupt);
    barrier();
}

unsigned gic_acknowledge(void)
{
    unsigned interrupt = (unsigned)read_register(icc_iar1_el1) & 0xFFFFFF;
    barrier();
    return interrupt;
}

void gic_end(unsigned interrupt)
{
    barrier(); /* the device must have lowered its line before */
    write_register(icc_eoir1_el1, interrupt);
    synchronize();
}

void gic_send(unsigned sgi, uint64_t affinity)
{
    uint64_t target = (affinity >> 32 & 0xFF) << 48 | (affinity >> 16 & 0xFF) << 32 | (affinity >> 8 & 0xFF) << 16;
    uint64_t list = 1UL << (affinity & 0xF);
    barrier();
    write_register(icc_sgi1r_el1, target | (uint64_t)sgi << 24 | list);
    synchronize();
}
