/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.trace.TraceSink;
import io.faultline.backend.core.pagefault.Policy.Acknowledgement;
import io.faultline.backend.core.pagefault.Policy.Slots;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a fault costs the engine: the same whoever else is there, and no memory. */
class FaultCostTest {
    private static final int LIMIT = 4096;

    /** An engine with a guest that does everything right. */
    private static final class Bench {
        final CountedPorts ports;
        final PageFaultEngine engine;
        private final FaultContext context = new FaultContext();

        Bench(int vcpus, Policy policy) {
            ports = new CountedPorts(vcpus, policy);
            engine = new PageFaultEngine(vcpus, ports, pages(), new FaultTrace(false, TraceSink.NONE, () -> 0));
            for (int vcpu = 0; vcpu < vcpus; vcpu++) {
                engine.enable(vcpu);
                acknowledge(vcpu);
            }
        }

        private static PageIn pages() {
            return new PageIn() {
                @Override
                public boolean hasSource(long page) {
                    return true;
                }

                @Override
                public int failures(long page) {
                    return 0;
                }

                @Override
                public void start(long page, int vcpu, AccessKind access) {
                    // comes when the test says so
                }
            };
        }

        void announce(int vcpu, long page) {
            FaultVerdict verdict =
                    engine.fault(context.fill(vcpu, page, AccessKind.READ, false, 0, ProcessorState.EL0T.spsr()));
            assertInstanceOf(FaultVerdict.Announced.class, verdict);
            engine.answer(vcpu, ports.token, GuestReply.ASYNCHRONOUS);
        }

        private void acknowledge(int vcpu) {
            ports.word[vcpu] = 0;
            engine.acknowledge(vcpu);
        }

        /** A whole life, with the polls around two runs of the vCPU. */
        void fault(int vcpu, long page) {
            engine.poll();
            announce(vcpu, page);
            engine.poll();
            engine.settled(page);
            engine.poll();
            acknowledge(vcpu);
            engine.poll();
        }
    }

    private static Policy policy(Acknowledgement acknowledgement) {
        return Policy.builder()
                .slots(Slots.SEPARATE)
                .acknowledgement(acknowledgement)
                .limit(LIMIT)
                .build();
    }

    private static int calls(Acknowledgement acknowledgement, int vcpus, int outstanding) {
        Bench bench = new Bench(vcpus, policy(acknowledgement));
        for (int i = 0; i < outstanding; i++) {
            bench.announce(i % vcpus, page(i + 1));
        }
        bench.fault(0, page(0));
        bench.ports.calls = 0;
        bench.fault(0, page(0));
        assertEquals(outstanding, bench.engine.counters().outstanding());
        return bench.ports.calls;
    }

    private static long page(int index) {
        return 0x4000_0000L + ((long) index << 12);
    }

    @ParameterizedTest
    @EnumSource(Acknowledgement.class)
    void portsAreNotAskedForIdleVcpusOrOutstandingFaults(Acknowledgement acknowledgement) {
        int alone = calls(acknowledgement, 1, 0);
        assertTrue(alone > 0 && alone < 30, alone + " calls for one fault");
        assertEquals(alone, calls(acknowledgement, 512, 0));
        assertEquals(alone, calls(acknowledgement, 1, LIMIT - 1));
        assertEquals(alone, calls(acknowledgement, 512, 4 * LIMIT));
    }

    @Test
    void aPollLooksOnlyAtVcpusThatHaveSomethingToShow() {
        Bench bench = new Bench(512, policy(Acknowledgement.WORD_AND_CALL));
        ReadyDelivery delivery = bench.engine.delivery();
        for (int i = 0; i < 512; i++) {
            bench.announce(i, page(i));
        }
        assertEquals(-1, delivery.next(0), "all wait for their pages");

        bench.announce(300, page(1000));
        bench.announce(300, page(1001));
        bench.engine.settled(page(1000));
        assertEquals(-1, delivery.next(0), "it is shown at once");
        bench.engine.settled(page(1001));
        assertEquals(300, delivery.next(0), "the second waits for the acknowledgement of the first");
        assertEquals(-1, delivery.next(301));
        bench.acknowledge(300);
        assertEquals(-1, delivery.next(0));

        bench.engine.acknowledge(300);
        assertEquals(300, delivery.next(0), "acknowledged before the word was clear");
        bench.ports.word[300] = 0;
        bench.engine.rescan(300);
        assertEquals(-1, delivery.next(0));
    }

    @Test
    void aWordIsLookedAtUntilItIsClear() {
        Bench bench = new Bench(2, policy(Acknowledgement.WORD));
        bench.engine.poll();
        bench.announce(1, page(0));
        bench.engine.settled(page(0));
        assertEquals(1, bench.engine.delivery().next(0));
        bench.ports.word[1] = 0;
        bench.engine.poll();
        assertEquals(-1, bench.engine.delivery().next(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 512})
    void aFaultAllocatesNothing(int vcpus) {
        Bench bench = new Bench(vcpus, policy(Acknowledgement.WORD_AND_CALL));
        for (int i = 0; i < 100; i++) {
            bench.announce(i % vcpus, page(i + 1));
        }
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < 20 && allocated > 0; round++) {
            long before = threads.getThreadAllocatedBytes(id);
            for (int i = 0; i < 1000; i++) {
                bench.fault(0, page(0));
            }
            allocated = threads.getThreadAllocatedBytes(id) - before;
        }

        assertTrue(allocated < 4096, allocated + " bytes for 1000 faults");
    }
}
