/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * In the place of lib/gic.c: GICv3 wherever the device tree says that it is.
 */
#include "xen.h"

#define STRIDE 0x20000UL
#define GICD_CTLR 0x0000
#define GICD_CTLR_ENABLE_GROUP_1 (1u << 1)
#define GICD_CTLR_AFFINITY_ROUTING (1u << 4)
#define GICD_CTLR_WRITE_PENDING (1u << 31)
#define GICR_TYPER 0x0008
#define GICR_TYPER_LAST (1u << 4)
#define GICR_WAKER 0x0014
#define GICR_WAKER_PROCESSOR_SLEEP (1u << 1)
#define GICR_WAKER_CHILDREN_ASLEEP (1u << 2)
#define GICR_IGROUPR0 0x10080
#define GICR_ISENABLER0 0x10100
#define GICR_ICENABLER0 0x10180
#define GICR_IPRIORITYR 0x10400
#define PRIORITY 0xA0u
#define PRIORITY_MASK_OPEN 0xF0u

static uint64_t redistributor(void)
{
    uint64_t affinity = read_register(mpidr_el1);
    uint32_t wanted = (uint32_t)(affinity & 0xFFFFFF) | (uint32_t)(affinity >> 32 & 0xFF) << 24;
    for (uint64_t frame = machine.redistributors;; frame += STRIDE) {
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
    device_write(machine.distributor + GICD_CTLR, value);
    while (device_read(machine.distributor + GICD_CTLR) & GICD_CTLR_WRITE_PENDING) {
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
    barrier();
    write_register(icc_eoir1_el1, interrupt);
    synchronize();
}
