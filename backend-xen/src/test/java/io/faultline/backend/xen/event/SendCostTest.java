/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.faultline.backend.xen.event.abi.EventWord;
import java.lang.management.ManagementFactory;
import java.util.function.IntConsumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is done often costs no memory. */
class SendCostTest {
    private static final int ROUNDS = 2000;
    private static final EventSettings BIG = BindingTest.with(131071, EventSettings.Xsm.DUMMY);

    /** Bytes that the second half of many rounds allocates, after the first half has warmed everything up. */
    private static long allocated(IntConsumer round) {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 20 && least > 0; attempt++) {
            long before = threads.getThreadAllocatedBytes(id);
            for (int i = 0; i < ROUNDS; i++) {
                round.accept(i);
            }
            least = Math.min(least, threads.getThreadAllocatedBytes(id) - before);
        }
        return least;
    }

    private static void quiet(TestMachine machine) {
        machine.upcalls.recordsWakes = false;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sendingAllocatesNothing(boolean fifo) {
        World world = new World();
        TestMachine one = world.machine(300, 2, BIG);
        TestMachine two = world.machine(400, 2, BIG);
        if (fifo) {
            one.fifo(1);
            two.fifo(1);
        }
        quiet(one);
        quiet(two);
        one.allocUnbound(TestMachine.SELF, 400);
        two.bindInterdomain(300, 1);
        int ipi = (int) one.bindIpi(1);
        int unbound = (int) one.allocUnbound(TestMachine.SELF, 77);
        int host = one.channels.open(one.channels.register(() -> {}));

        assertEquals(0, allocated(i -> {
            one.channels.send(1);
            two.channels.send(1);
            one.channels.send(ipi);
            one.channels.send(unbound);
            one.channels.send(host);
            one.channels.raise(host);
            one.channels.pollState(ipi);
            for (int port = 1; port <= host; port++) {
                one.clear(port);
                if (fifo) {
                    one.word(port, 0);
                    two.word(port, i % 3 == 0 ? EventWord.LINKED : 0);
                }
            }
            two.clear(1);
            one.takeUpcall(0);
            one.takeUpcall(1);
        }));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theCallsAllocateNothing(boolean fifo) {
        TestMachine machine = new World().machine(300, 2, BIG);
        if (fifo) {
            machine.fifo(1);
        }
        quiet(machine);
        machine.bindIpi(1);
        assertEquals(0, allocated(i -> {
            machine.caller.memory[0] = 1;
            machine.callOnce(EventChannelOps.SEND);
            machine.callOnce(EventChannelOps.UNMASK);
            machine.callOnce(EventChannelOps.STATUS);
            machine.clear(1);
        }));
    }
}
