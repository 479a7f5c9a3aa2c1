/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.machine.RunBudget;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a guest's send costs besides what it is for: nothing is looked up in memory by its address, no table is walked and
 * nothing is allocated, however many ports and vCPUs there are.
 */
class SendPathTest {
    private static final int ROUNDS = 500;
    private static final int SENDS = 4000;

    private static long searches(EventRig rig, int rounds) {
        long before = rig.host.ram().searches();
        rig.loop(rounds);
        return rig.host.ram().searches() - before;
    }

    private static EventRig sending(String abi, int vcpus, int ports, boolean translated) {
        EventRig rig = EventRig.of(vcpus, abi.equals("fifo"), ports);
        if (translated) {
            rig.rig.translate();
        }
        rig.prepareLoop(ports, vcpus - 1);
        rig.loop(2 * ROUNDS);
        rig.rig.run(0, 2);
        assertEquals(0, rig.rig.vcpu(0).read(CoreRegister.X0));
        assertEquals(1, rig.rig.word(EventRig.info(vcpus - 1)) & 0xFF, "the last vCPU is told");
        assertEquals(rig.selected(ports), rig.rig.word(rig.selector(vcpus - 1)) & 0xFFFF_FFFFL);
        rig.rig.run(0, 4);
        assertEquals(0, rig.rig.word(EventRig.info(vcpus - 1)) & 0xFF, "and the event is taken away");
        return rig;
    }

    @ParameterizedTest
    @CsvSource({
        "2l, 1, 16, false",
        "2l, 1, 16, true",
        "2l, 512, 31, true",
        "2l, 16, 2047, true",
        "fifo, 1, 16, false",
        "fifo, 1, 16, true",
        "fifo, 512, 16, true",
        "fifo, 16, 4100, true",
    })
    void aSendSearchesNothing(String abi, int vcpus, int ports, boolean translated) {
        EventRig rig = sending(abi, vcpus, ports, translated);
        long ofOneRun = searches(rig, 1);
        assertTrue(ofOneRun < 10, ofOneRun + " searches");
        assertEquals(ofOneRun, searches(rig, ROUNDS), "more sends search no more");
    }

    @ParameterizedTest
    @CsvSource({"2l, true", "fifo, true", "fifo, false"})
    void aGuestThatSendsAllocatesNothing(String abi, boolean translated) {
        EventRig rig = sending(abi, 2, 16, translated);
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        RunBudget budget = RunBudget.instructions(6L * SENDS);
        long least = Long.MAX_VALUE;
        // A run allocates a little, such as its exit. One object for each send would be 16 bytes for each.
        for (int attempt = 0; attempt < 20 && least >= SENDS; attempt++) {
            long before = threads.getThreadAllocatedBytes(id);
            rig.rig.vcpu(0).run(budget);
            least = Math.min(least, threads.getThreadAllocatedBytes(id) - before);
        }
        assertTrue(least < SENDS, least + " bytes for " + SENDS + " sends");
    }
}
