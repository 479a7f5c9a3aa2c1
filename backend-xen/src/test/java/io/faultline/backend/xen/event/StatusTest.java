/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What status writes and what it leaves (XEN-065). */
class StatusTest {
    private static final int SELF = TestMachine.SELF;
    private static final int LEFT = 0xAAAA_AAAA;

    private final TestMachine machine = new World().machine(0x1234);

    private void check(long port, int status, int vcpu, int first, int second) {
        assertEquals(0, machine.status(SELF, port));
        assertEquals(SELF, machine.memory().u16(0));
        assertEquals(0xAAAA, machine.memory().u16(2));
        assertEquals(port, machine.memory().u32(4));
        assertEquals(status, machine.memory().u32(8));
        assertEquals(vcpu, machine.memory().u32(12));
        assertEquals(first, machine.memory().u32(16));
        assertEquals(second, machine.memory().u32(20));
        assertEquals(LEFT, machine.memory().u32(24), "beyond the structure");
    }

    @Test
    void onlyThePartOfTheUnionThatBelongsToTheStateIsWritten() {
        check(0, 0, 0, LEFT, LEFT);
        check(1, 0, 0, LEFT, LEFT);
        long unbound = machine.allocUnbound(SELF, SELF);
        check(unbound, 1, 0, 0xAAAA_1234, LEFT);
        long local = machine.bindInterdomain(SELF, unbound);
        check(unbound, 2, 0, 0xAAAA_1234, (int) local);
        check(local, 2, 0, 0xAAAA_1234, (int) unbound);
        check(machine.bindVirq(7, 1), 4, 1, 7, LEFT);
        check(machine.bindIpi(1), 5, 1, LEFT, LEFT);
    }
}
