/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.pagefault.FaultPhase;
import io.faultline.api.pagefault.FaultTicket;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.trace.TraceEvent;
import io.faultline.api.trace.TraceSink;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WaitLedgerTest {
    private final List<String> passed = new ArrayList<>();
    private final WaitLedger ledger = new WaitLedger((nanos, event) -> passed.add(nanos + " " + event.name()));

    @Test
    void aTaskWaitsFromItsNotificationToTheEndOfItsFault() {
        ledger.emit(100, new TraceEvent.PageNotPresent(0, 0x1000, 7));
        ledger.emit(150, new TraceEvent.PageNotPresent(1, 0x1000, 7));
        ledger.emit(180, new TraceEvent.PageInFinished(0x1000, "resident"));
        ledger.emit(200, new TraceEvent.PageFaultCompleted(0, 7, "ready"));
        assertEquals(100, ledger.taskNanos());
        ledger.emit(300, new TraceEvent.PageFaultCompleted(1, 7, "wake-all"));
        assertEquals(250, ledger.taskNanos());
        assertEquals(0, ledger.vcpuNanos());
    }

    @Test
    void aVcpuWaitsFromItsFaultToTheArrivalAndOnceHoweverOftenItLooks() {
        ledger.emit(100, new TraceEvent.PageFaultVetoed(0, 0x1000, "vmm-declined"));
        ledger.emit(120, new TraceEvent.PageFaultVetoed(0, 0x1000, "in-flight"));
        ledger.emit(130, new TraceEvent.PageFaultVetoed(1, 0x1000, "vmm-declined"));
        ledger.emit(200, new TraceEvent.PageFaultCompleted(0, 0, "silent"));
        ledger.emit(200, new TraceEvent.PageInFinished(0x1000, "resident"));
        assertEquals(170, ledger.vcpuNanos());
        assertEquals(0, ledger.taskNanos());
    }

    @Test
    void faultsThatCameWithTheGuestCountFromItsStart() {
        ledger.begin(
                List.of(
                        new FaultTicket(0, 0x1000, AccessKind.READ, FaultPhase.ANNOUNCED, 9, Optional.empty()),
                        new FaultTicket(
                                1, 0x2000, AccessKind.READ, FaultPhase.HIDDEN, 0, Optional.of(Veto.NOT_ENABLED)),
                        new FaultTicket(2, 0x3000, AccessKind.READ, FaultPhase.READY_SHOWN, 3, Optional.empty())),
                1000);
        ledger.emit(1010, new TraceEvent.PageInFinished(0x2000, "poisoned"));
        ledger.emit(1500, new TraceEvent.PageFaultCompleted(0, 9, "ready"));
        ledger.emit(1600, new TraceEvent.PageFaultCompleted(2, 3, "ready"));
        assertEquals(500, ledger.taskNanos());
        assertEquals(10, ledger.vcpuNanos());
    }

    @Test
    void everyEventIsPassedOn() {
        ledger.emit(5, new TraceEvent.PageReady(0, 1));
        ledger.emit(6, new TraceEvent.PageInFinished(0x1000, "resident"));
        assertEquals(List.of("5 apf_ready", "6 page_in_finished"), passed);
        new WaitLedger(TraceSink.NONE).emit(7, new TraceEvent.PageReady(0, 1));
    }
}
