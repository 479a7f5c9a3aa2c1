/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

/** What a machine counts. Names are part of {@link io.faultline.api.machine.Machine#counters()}. */
enum Counter {
    INSTRUCTIONS("instructions"),
    HYPERVISOR_CALLS("calls.hvc"),
    MONITOR_CALLS("calls.smc"),
    UNKNOWN_CALLS("calls.unknown"),
    STAGE2_ABORTS("aborts.stage2"),
    ABSENT_PAGES("aborts.absent-page"),
    EXTERNAL_ABORTS("aborts.injected"),
    GIC_READS("gic.reads"),
    GIC_WRITES("gic.writes"),
    INTERRUPT_WAITS("waits.interrupt"),
    PAGE_WAITS("waits.page"),
    DIVERSIONS("diversions"),
    BUDGET_EXHAUSTED("exits.budget-exhausted"),
    STEPPED("exits.stepped"),
    KICKED("exits.kicked"),
    POWERED_OFF("exits.powered-off"),
    WAIT_FOR_INTERRUPT("exits.wait-for-interrupt"),
    WAIT_FOR_PAGE("exits.wait-for-page"),
    MMIO_READ("exits.mmio-read"),
    MMIO_WRITE("exits.mmio-write"),
    SYSTEM_EVENT("exits.system-event"),
    UNRECOVERABLE("exits.unrecoverable");

    private final String text;

    Counter(String text) {
        this.text = text;
    }

    /** Returns the name for people and reports. */
    String text() {
        return text;
    }
}
