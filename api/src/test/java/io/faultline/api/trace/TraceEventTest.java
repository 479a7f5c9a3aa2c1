/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessKind;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class TraceEventTest {
    private static final List<TraceEvent> ONE_OF_EACH = List.of(
            new TraceEvent.ExceptionEntry(0, 0, 1, 0x400, 0, 0x1000),
            new TraceEvent.ExceptionReturn(0, 1, 0, 0x1000),
            new TraceEvent.InterruptAcknowledged(0, 27),
            new TraceEvent.GuestCall(0, 0xC400_0020, 0, 0),
            new TraceEvent.Stage2Abort(0, 0x4000_0000L, AccessKind.READ, false),
            new TraceEvent.SdeiDispatched(0, 0, 0x1000, 0x3C5),
            new TraceEvent.SdeiCompleted(0, 0, true, 0x1000),
            new TraceEvent.PageInStarted(0, 0x4000_0000L),
            new TraceEvent.PageInFinished(0x4000_0000L, "resident"),
            new TraceEvent.PageNotPresent(0, 0x4000_0000L, 0x1000),
            new TraceEvent.PageFaultVetoed(0, 0x4000_0000L, "supervisor-mode"),
            new TraceEvent.PageFaultRepeated(0, 0x4000_0000L),
            new TraceEvent.PageReady(0, 0x1000),
            new TraceEvent.PageReadyAcknowledged(0, 0x1000),
            new TraceEvent.PageFaultCompleted(0, 0x1000, "ready"),
            new TraceEvent.NotificationInjected(0, "SDEI event 0", "delivered"),
            new TraceEvent.PowerStateChanged(-1, "system-off"));

    @Test
    void everyKindOfEventHasAStableNameOfItsOwn() {
        assertEquals(TraceEvent.class.getPermittedSubclasses().length, ONE_OF_EACH.size());
        Set<String> names = new TreeSet<>();
        for (TraceEvent event : ONE_OF_EACH) {
            assertTrue(event.name().matches("[a-z0-9_]+"), event.name());
            assertTrue(names.add(event.name()), event.name() + " is used twice");
        }
    }
}
