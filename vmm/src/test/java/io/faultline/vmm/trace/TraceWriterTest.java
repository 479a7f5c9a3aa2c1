/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.trace.TraceEvent;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import org.junit.jupiter.api.Test;

class TraceWriterTest {
    private final StringWriter text = new StringWriter();
    private final TraceWriter trace = new TraceWriter(text);

    @Test
    void writesOneLinePerEvent() {
        trace.emit(7, new TraceEvent.ExceptionEntry(1, 0, 1, 0x4000_0400L, 0x9200_0047L, -4));
        trace.emit(12, new TraceEvent.Stage2Abort(0, 0x4100_0000L, AccessKind.WRITE, true));
        trace.emit(13, new TraceEvent.SdeiDispatched(0, 0x4040_0001, 0x4000_0010L, 0x3C5));
        trace.emit(14, new TraceEvent.GuestCall(0, 0xC400_0020, 1, 2));
        trace.emit(15, new TraceEvent.InterruptAcknowledged(2, 23));
        assertEquals(
                "7 1 exception_entry from=0 to=1 vector=0x40000400 syndrome=0x92000047"
                        + " returnAddress=0xfffffffffffffffc\n"
                        + "12 0 stage2_abort address=0x41000000 access=WRITE stage1Walk=true\n"
                        + "13 0 sdei_dispatched event=0x40400001 interruptedPc=0x40000010 interruptedPstate=0x3c5\n"
                        + "14 0 guest_call function=0xc4000020 argument=0x1 result=0x2\n"
                        + "15 2 interrupt_acknowledged intid=23\n",
                text.toString());
    }

    @Test
    void writesADashForNoVcpu() {
        trace.emit(1, new TraceEvent.PageInFinished(0x1000, "resident"));
        trace.emit(2, new TraceEvent.PowerStateChanged(-1, "system-off"));
        assertEquals(
                "1 - page_in_finished page=0x1000 outcome=resident\n2 - power_state state=system-off\n",
                text.toString());
    }

    @Test
    void keepsFieldsInOnePiece() {
        trace.emit(1, new TraceEvent.NotificationInjected(0, "PPI 23", "PENDING: masked now"));
        assertEquals("1 0 notification_injected channel=PPI_23 outcome=PENDING:_masked_now\n", text.toString());
    }

    @Test
    void isEnabled() {
        assertTrue(trace.isEnabled());
    }

    @Test
    void reportsATraceThatCannotBeWritten() {
        TraceWriter broken = new TraceWriter(new Writer() {
            @Override
            public void write(char[] characters, int offset, int length) throws IOException {
                throw new IOException("disk full");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        });
        assertEquals(
                "the trace cannot be written",
                assertThrows(
                                UncheckedIOException.class,
                                () -> broken.emit(0, new TraceEvent.PowerStateChanged(0, "off")))
                        .getMessage());
    }
}
