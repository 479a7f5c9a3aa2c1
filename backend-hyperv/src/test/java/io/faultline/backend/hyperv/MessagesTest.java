/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.InterruptId;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.notification.Trigger;
import io.faultline.api.synic.MessagePort;
import io.faultline.api.synic.SynicStatus;
import io.faultline.api.synic.SyntheticInterrupts;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Messages of guests and of the VMM, from the call to the slot (HV-062 to HV-094). */
class MessagesTest {
    private static final int INTID = 18;
    private static final int OTHER = 19;
    private static final int SOURCE = 2;
    private static final int CONNECTION = 0x10;
    private static final int PORT = 0x77;
    private static final int EOM = 0xA_0014;
    private static final int SCONTROL = 0xA_0010;
    private static final int SIMP = 0xA_0013;
    private static final long MASKED = 1L << 16;
    private static final long POLLED = 1L << 18;

    private final HypervRig rig = rig(2, Map.of());
    private final SyntheticInterrupts synic = rig.machine.syntheticInterrupts().orElseThrow();
    private final MessagePort port = synic.createMessagePort(PORT, 1, SOURCE);

    MessagesTest() {
        synic.connect(CONNECTION, port);
        rig.synic(1, SOURCE, INTID);
    }

    private static HypervRig rig(int vcpus, Map<String, String> settings) {
        return new HypervRig(vcpus, settings, ppi(INTID), ppi(OTHER)).identified();
    }

    private static NotificationChannel ppi(int intid) {
        return new NotificationChannel.Ppi(InterruptId.ppi(intid), Trigger.EDGE);
    }

    private static List<Integer> slot(HypervRig rig, int vcpu, int source) {
        long at = HypervRig.slot(vcpu, source);
        return List.of(rig.word(at), rig.word(at + 4), rig.word(at + 8), rig.word(at + 12));
    }

    private boolean takePending() {
        return rig.takePending(1, INTID);
    }

    private void free() {
        rig.words(HypervRig.slot(1, SOURCE), 0);
    }

    private void endOfMessage() {
        assertEquals(0, rig.set(1, EOM, 0x1234));
    }

    @Test
    void aMessageIsInItsSlotAndMakesOneInterrupt() {
        assertFalse(takePending());
        assertEquals(0, rig.post(0, CONNECTION, 0x1234_5678, new byte[] {1, 2, 3, 4, 5}));
        assertEquals(List.of(0x1234_5678, 5, PORT, 0), slot(rig, 1, SOURCE));
        assertEquals(0x05_0403_0201L, rig.doubleword(HypervRig.slot(1, SOURCE) + 16));
        assertTrue(takePending());
        assertFalse(takePending());
        assertFalse(rig.takePending(0, INTID), "of no other vCPU");
    }

    @Test
    void aMessageForABusySlotWaits() {
        assertEquals(0, rig.post(0, CONNECTION, 1, (byte) 10));
        assertTrue(takePending());
        assertEquals(0, rig.post(0, CONNECTION, 2, (byte) 20, (byte) 21));
        assertEquals(List.of(1, 1 | 1 << 8, PORT, 0), slot(rig, 1, SOURCE));
        assertFalse(takePending());
        endOfMessage();
        assertEquals(List.of(1, 1 | 1 << 8, PORT, 0), slot(rig, 1, SOURCE));
        assertFalse(takePending());
        free();
        endOfMessage();
        assertEquals(List.of(2, 2, PORT, 0), slot(rig, 1, SOURCE), "nothing is behind it");
        assertTrue(takePending());
        free();
        endOfMessage();
        assertEquals(0, rig.word(HypervRig.slot(1, SOURCE)));
        assertFalse(takePending());
    }

    @Test
    void theVmmPostsLikeAGuest() {
        assertEquals(SynicStatus.SUCCESS, port.post(7, new byte[] {9}));
        assertEquals(List.of(7, 1, PORT, 0), slot(rig, 1, SOURCE));
        assertTrue(takePending());
    }

    @Test
    void sixteenMessagesWaitAndTheNextDoesNot() {
        for (int i = 0; i < 17; i++) {
            assertEquals(0, rig.post(0, CONNECTION, 1 + i, (byte) i));
        }
        assertEquals(16, port.waiting());
        assertEquals(0x13, rig.post(0, CONNECTION, 99));
        assertEquals(SynicStatus.INSUFFICIENT_BUFFERS, port.post(99, new byte[0]));
        for (int i = 0; i < 17; i++) {
            assertEquals(List.of(1 + i, i < 16 ? 1 | 1 << 8 : 1, PORT, 0), slot(rig, 1, SOURCE));
            assertEquals(i, rig.word(HypervRig.slot(1, SOURCE) + 16) & 0xFF);
            free();
            endOfMessage();
        }
        assertEquals(0, rig.word(HypervRig.slot(1, SOURCE)));
        assertEquals(0, port.waiting());
    }

    @Test
    void aMaskedSourceHasMessagesWithoutInterrupts() {
        assertEquals(0, rig.set(1, 0xA_0000 + SOURCE, INTID | MASKED));
        assertEquals(0, rig.post(0, CONNECTION, 1));
        assertEquals(0, rig.post(0, CONNECTION, 2));
        assertEquals(1, rig.word(HypervRig.slot(1, SOURCE)));
        free();
        endOfMessage();
        assertEquals(2, rig.word(HypervRig.slot(1, SOURCE)));
        assertEquals(0, rig.set(1, 0xA_0000 + SOURCE, INTID));
        assertFalse(takePending());
    }

    @Test
    void aPolledSourceHasMessagesWithoutInterrupts() {
        assertEquals(0, rig.set(1, 0xA_0000 + SOURCE, INTID | POLLED));
        assertEquals(0, rig.post(0, CONNECTION, 1));
        assertEquals(1, rig.word(HypervRig.slot(1, SOURCE)));
        assertFalse(takePending());
    }

    @Test
    void whoTakesNothingGetsNothing() {
        for (int register : new int[] {SCONTROL, SIMP}) {
            assertEquals(0, rig.set(1, register, 0));
            assertEquals(0x18, rig.post(0, CONNECTION, 1));
            assertEquals(SynicStatus.SUCCESS, port.post(7, new byte[0]), "it waits");
            assertEquals(1, port.waiting());
            assertEquals(0, rig.set(1, register, register == SCONTROL ? 1 : HypervRig.simp(1) | 1));
            assertEquals(7, rig.word(HypervRig.slot(1, SOURCE)));
            assertTrue(takePending());
            free();
        }
    }

    @Test
    void flagsAreSetOnce() {
        assertEquals(SynicStatus.SUCCESS, synic.signal(1, SOURCE, 65));
        assertEquals(2, rig.doubleword(HypervRig.siefp(1) + 256 * SOURCE + 8));
        assertTrue(takePending());
        assertEquals(SynicStatus.SUCCESS, synic.signal(1, SOURCE, 65));
        assertFalse(takePending());
        assertEquals(SynicStatus.INVALID_PARAMETER, synic.signal(1, SOURCE, 2048));
        synic.connect(0x20, synic.createEventPort(5, 1, SOURCE, 100, 4));
        assertEquals(0, rig.signal(0, 0x20, 3));
        assertEquals(1L << 103 - 64 | 2, rig.doubleword(HypervRig.siefp(1) + 256 * SOURCE + 8));
        assertEquals(5, rig.signal(0, 0x20, 4));
        assertEquals(0x11, rig.signal(0, CONNECTION, 0));
        assertEquals(0x11, rig.post(0, 0x20, 1));
        assertEquals(0x12, rig.post(0, 0x21, 1));
    }
}
