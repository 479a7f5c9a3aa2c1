/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.notification.Trigger;
import io.faultline.api.trace.TraceEvent;
import io.faultline.api.trace.TraceSink;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MachineValuesTest {
    @Test
    void aRequestBeginsModest() {
        MachineRequest request = MachineRequest.builder().build();

        assertEquals(1, request.vcpus());
        assertEquals(List.of(), request.memory());
        assertEquals(List.of(), request.channels());
        assertEquals(Optional.empty(), request.asyncPageFaults());
        assertSame(TraceSink.NONE, request.trace());
        assertEquals(0, request.seed());
    }

    @Test
    void aRequestKeepsWhatItIsGiven() {
        MemoryRegion ram = MemoryRegion.ram(0x4000_0000L, 0x10_0000);
        NotificationChannel ppi = new NotificationChannel.Ppi(InterruptId.ppi(24), Trigger.LEVEL);
        TraceSink sink = (nanos, event) -> {};
        MachineRequest request = MachineRequest.builder()
                .vcpus(4)
                .level(ExceptionLevel.EL2)
                .memory(ram)
                .channel(ppi)
                .asyncPageFaults(0x4040_0001, 23)
                .trace(sink)
                .seed(7)
                .build();

        assertEquals(
                new MachineRequest(
                        4,
                        ExceptionLevel.EL2,
                        List.of(ram),
                        List.of(ppi),
                        Optional.of(new MachineRequest.AsyncPageFaultRequest(0x4040_0001, 23)),
                        sink,
                        7),
                request);
    }

    @Test
    void anEventForPageFaultsMayBeLeftOut() {
        assertEquals(
                Optional.of(new MachineRequest.AsyncPageFaultRequest(OptionalInt.empty(), OptionalInt.of(23))),
                MachineRequest.builder().asyncPageFaults(23).build().asyncPageFaults());
    }

    @Test
    void everyNumberForPageFaultsMayBeLeftOut() {
        assertEquals(
                Optional.of(new MachineRequest.AsyncPageFaultRequest(OptionalInt.empty(), OptionalInt.empty())),
                MachineRequest.builder().asyncPageFaults().build().asyncPageFaults());
    }

    @Test
    void aRequestIsNotChangedThroughItsLists() {
        List<MemoryRegion> regions = new ArrayList<>(List.of(MemoryRegion.ram(0, 0x1000)));
        MachineRequest request =
                new MachineRequest(1, ExceptionLevel.EL1, regions, List.of(), Optional.empty(), TraceSink.NONE, 0);
        regions.clear();
        assertEquals(1, request.memory().size());
    }

    @Test
    void aBudgetIsAtLeastOneInstruction() {
        assertEquals(5, RunBudget.instructions(5).instructions());
        assertThrows(IllegalArgumentException.class, () -> RunBudget.instructions(0));
    }

    @Test
    void backendSpecificDetailsAreSortedAndFixed() {
        Map<String, Long> details = new TreeMap<>(Map.of("b", 2L, "a", 1L));
        VcpuExit.BackendSpecific exit = new VcpuExit.BackendSpecific("x:y", new TreeMap<>(details));
        assertEquals("a", exit.details().firstKey());
        assertThrows(UnsupportedOperationException.class, () -> exit.details().put("c", 3L));
    }

    @Test
    void onlyTheNullSinkIsSwitchedOff() {
        TraceSink sink = (nanos, event) -> {};
        assertTrue(sink.isEnabled());
        assertFalse(TraceSink.NONE.isEnabled());
        assertEquals("TraceSink.NONE", TraceSink.NONE.toString());
        TraceSink.NONE.emit(0, new TraceEvent.PageReady(0, 1));
    }
}
