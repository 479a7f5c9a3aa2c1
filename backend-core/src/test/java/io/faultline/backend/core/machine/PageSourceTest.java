/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import static io.faultline.backend.core.machine.A64.addImmediate;
import static io.faultline.backend.core.machine.A64.b;
import static io.faultline.backend.core.machine.A64.ldr;
import static io.faultline.backend.core.machine.A64.movz;
import static io.faultline.backend.core.machine.A64.str;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageRequest;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.memory.PageSink;
import io.faultline.api.memory.PageSource;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.backend.core.pagefault.PagingPersonality;
import io.faultline.backend.core.pagefault.Policy;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The machine together with the real service for absent pages, for a guest that is never told. */
class PageSourceTest {
    private static final long PAGES = Rig.DATA;
    private static final int COUNT = 8;

    /** Answers after a fixed time, and fails each page a number of times first. */
    private static final class SlowSource implements PageSource {
        private final Map<Long, byte[]> contents;
        private final TreeMap<Long, Long> due = new TreeMap<>();
        private final TreeMap<Long, Integer> failures = new TreeMap<>();
        private final int failuresFirst;
        private int requests;

        SlowSource(Map<Long, byte[]> contents, int failuresFirst) {
            this.contents = contents;
            this.failuresFirst = failuresFirst;
        }

        @Override
        public void request(PageRequest request) {
            requests++;
            due.put(request.page(), request.now() + 1000);
        }

        @Override
        public void poll(long now, PageSink sink) {
            for (long page : List.copyOf(due.keySet())) {
                if (due.get(page) <= now) {
                    due.remove(page);
                    if (failures.merge(page, 1, Integer::sum) <= failuresFirst) {
                        sink.failed(page, "not yet");
                    } else {
                        sink.arrived(page, contents.get(page));
                    }
                }
            }
        }

        @Override
        public OptionalLong nextArrival() {
            return due.values().stream().mapToLong(Long::longValue).min();
        }
    }

    private static Machine machine() {
        MachineRequest request = MachineRequest.builder()
                .memory(MemoryRegion.ram(Rig.RAM, Rig.RAM_BYTES))
                .build();
        return new CorePlan(
                        Rig.IDENTITY,
                        request,
                        Rig.CAPABILITIES,
                        Set.of(),
                        List.of(),
                        HardwareSettings.DEFAULT,
                        () -> new PagingPersonality(Policy.builder().build(), attached -> {}))
                .build();
    }

    /** A guest that adds up the first word of each page and writes the sum so far behind it. */
    private static Machine adding() {
        Machine machine = machine();
        int[] code = {
            ldr(2, 1),
            A64.mov(4, 2),
            addImmediate(3, 3, 1),
            str(3, 1),
            addImmediate(1, 1, 4095),
            addImmediate(1, 1, 1),
            A64.subImmediate(5, 5, 1),
            A64.cbnz(5, -7),
            movz(9, 1, 0),
            A64.WFI
        };
        for (int i = 0; i < code.length; i++) {
            machine.memory().store(Rig.CODE + 4L * i, AccessWidth.WORD, code[i]);
        }
        Vcpu vcpu = machine.vcpus().get(0);
        vcpu.write(CoreRegister.PC, Rig.CODE);
        vcpu.write(CoreRegister.X1, PAGES);
        vcpu.write(CoreRegister.X5, COUNT);
        for (int i = 0; i < COUNT; i++) {
            machine.memory().store(PAGES + 4096L * i, AccessWidth.DOUBLEWORD, 100 + i);
        }
        return machine;
    }

    private static SlowSource evict(Machine machine, int failuresFirst) {
        AsyncPageFaults faults = machine.asyncPageFaults().orElseThrow();
        TreeMap<Long, byte[]> contents = new TreeMap<>();
        for (int i = 0; i < COUNT; i++) {
            long page = PAGES + 4096L * i;
            contents.put(page, faults.evict(page));
        }
        SlowSource source = new SlowSource(contents, failuresFirst);
        faults.attach(MemoryRegion.ram(PAGES, 4096L * COUNT), source);
        return source;
    }

    private static void drive(Machine machine) {
        Vcpu vcpu = machine.vcpus().get(0);
        for (int turn = 0; turn < 1000; turn++) {
            VcpuExit exit = vcpu.run(RunBudget.instructions(1000));
            if (exit instanceof VcpuExit.WaitForInterrupt) {
                return;
            }
            machine.clock().skipTo(machine.clock().nextDeadline().orElseThrow());
        }
        throw new AssertionError("the guest did not end");
    }

    private static void assertSameMemory(Machine expected, Machine actual) {
        for (int i = 0; i < COUNT; i++) {
            long page = PAGES + 4096L * i;
            assertEquals(PageResidency.RESIDENT, actual.memory().residency(page));
            assertEquals(
                    expected.memory().load(page, AccessWidth.DOUBLEWORD),
                    actual.memory().load(page, AccessWidth.DOUBLEWORD));
        }
    }

    @Test
    void aGuestWhosePagesComeLateEndsLikeOneWhosePagesWereThere() {
        Machine present = adding();
        drive(present);
        for (int failuresFirst = 0; failuresFirst < 3; failuresFirst++) {
            Machine late = adding();
            SlowSource source = evict(late, failuresFirst);
            drive(late);
            assertSameMemory(present, late);
            assertEquals(COUNT * (failuresFirst + 1), source.requests);
            assertEquals(COUNT * (failuresFirst + 1), late.counters().get("apf.page-ins"));
            assertEquals(107, late.vcpus().get(0).read(CoreRegister.X4));
        }
    }

    @Test
    void aMachineSavedWhileItWaitsGoesOnElsewhere() {
        Machine present = adding();
        drive(present);
        Machine machine = adding();
        SlowSource source = evict(machine, 0);
        int waits = 0;
        while (true) {
            VcpuExit exit = machine.vcpus().get(0).run(RunBudget.instructions(1000));
            if (exit instanceof VcpuExit.WaitForInterrupt) {
                break;
            }
            assertInstanceOf(VcpuExit.WaitForPage.class, exit);
            waits++;
            Machine next = machine();
            next.restore(machine.save());
            source = new SlowSource(source.contents, 0);
            next.asyncPageFaults().orElseThrow().attach(MemoryRegion.ram(PAGES, 4096L * COUNT), source);
            assertInstanceOf(VcpuExit.WaitForPage.class, next.vcpus().get(0).run(RunBudget.instructions(1000)));
            next.clock().skipTo(next.clock().nextDeadline().orElseThrow());
            machine = next;
        }
        assertEquals(COUNT, waits);
        assertSameMemory(present, machine);
    }

    @Test
    void aLostPageIsAnAbortOfTheGuest() {
        Machine machine = adding();
        AsyncPageFaults faults = machine.asyncPageFaults().orElseThrow();
        faults.discard(PAGES);
        faults.attach(MemoryRegion.ram(PAGES, 4096), new PageSource() {
            @Override
            public void request(PageRequest request) {
                // answered by the next poll
            }

            @Override
            public void poll(long now, PageSink sink) {
                sink.poisoned(PAGES);
            }

            @Override
            public OptionalLong nextArrival() {
                return OptionalLong.empty();
            }
        });
        Vcpu vcpu = machine.vcpus().get(0);
        vcpu.write(SystemRegister.VBAR_EL1, Rig.VECTORS);
        machine.memory().store(Rig.VECTORS + 0x200, AccessWidth.WORD, b(0));
        assertEquals(new VcpuExit.BudgetExhausted(100), vcpu.run(RunBudget.instructions(100)));
        assertEquals(Rig.VECTORS + 0x200, vcpu.read(CoreRegister.PC));
        assertEquals(PAGES, vcpu.read(SystemRegister.FAR_EL1));
        assertEquals(PageResidency.POISONED, machine.memory().residency(PAGES));
        assertTrue(machine.counters().get("aborts.injected") > 0);
    }
}
