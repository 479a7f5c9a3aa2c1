/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv;

import static io.faultline.backend.hyperv.SynicRig.MASKED;
import static io.faultline.backend.hyperv.SynicRig.PENDING;
import static io.faultline.backend.hyperv.SynicRig.POLLING;
import static io.faultline.backend.hyperv.SynicRig.SCONTROL;
import static io.faultline.backend.hyperv.SynicRig.SIMP;
import static io.faultline.backend.hyperv.SynicRig.SINT0;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.synic.MessagePort;
import io.faultline.api.synic.SynicStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages of guests and of the VMM, from the call to the slot (HV-062 to HV-094). */
class MessagesTest {
    private static final int INTID = 18;
    private static final int SOURCE = 2;
    private static final int CONNECTION = 0x10;
    private static final int PORT = 0x77;
    private static final List<String> ONE = List.of("1:18");
    private static final List<String> NONE = List.of();

    private SynicRig rig;
    private MessagePort port;

    MessagesTest() {
        with(Map.of());
    }

    private void with(Map<String, String> settings) {
        rig = new SynicRig(2, settings);
        port = rig.synic.createMessagePort(PORT, 1, SOURCE);
        rig.synic.connect(CONNECTION, port);
        rig.rig.synic(1, SOURCE, INTID);
    }

    private int post(int type, byte... payload) {
        return rig.rig.post(0, CONNECTION, type, payload);
    }

    private List<Integer> slot() {
        return rig.slot(1, SOURCE);
    }

    private long at(int offset) {
        return HypervRig.slot(1, SOURCE) + offset;
    }

    private void free() {
        rig.free(1, SOURCE);
    }

    private void endOfMessage() {
        rig.endOfMessage(1);
    }

    @Test
    void aMessageIsInItsSlotAndMakesOneInterrupt() {
        assertEquals(0, post(0x1234_5678, new byte[] {1, 2, 3, 4, 5}));
        assertEquals(List.of(0x1234_5678, 5, 0, PORT), slot());
        assertEquals(0x05_0403_0201L, rig.rig.doubleword(at(16)));
        assertEquals(ONE, rig.raised());
        assertEquals(0, rig.type(0, SOURCE));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 239, 240})
    void onlyTheBytesOfThePayloadTravel(int size) {
        byte[] payload = new byte[size];
        for (int i = 0; i < size; i++) {
            payload[i] = (byte) (i + 1);
        }
        byte[] stale = new byte[256];
        Arrays.fill(stale, (byte) 0xEE);
        rig.rig.machine.memory().write(HypervRig.INPUT, stale);
        assertEquals(0, post(9, payload));
        assertEquals(List.of(9, size, 0, PORT), slot());
        byte[] found = new byte[240];
        rig.rig.machine.memory().read(at(16), found);
        for (int i = 0; i < 240; i++) {
            assertEquals(i < size ? (byte) (i + 1) : 0, found[i]);
        }
    }

    @Test
    void theTypeIsWrittenLastAndTheInterruptAfterIt() {
        List<String> order = new ArrayList<>();
        rig.onBeforeType((page, source) -> order.add("type " + page.load32(256 * source) + " size "
                + page.load8(256 * source + 4) + " from " + page.load64(256 * source + 8) + " payload "
                + page.load8(256 * source + 16) + " " + rig.raised()));
        rig.onBeforeInterrupt((page, source) -> order.add("type " + page.load32(256 * source) + " " + rig.raised()));
        assertEquals(0, post(7, (byte) 33));
        assertEquals(List.of("type 0 size 1 from 119 payload 33 []", "type 7 []"), order);
        assertEquals(ONE, rig.raised());
    }

    @Test
    void aMessageForABusySlotWaits() {
        assertEquals(0, post(1, (byte) 10));
        assertEquals(ONE, rig.raised());
        assertEquals(0, post(2, (byte) 20, (byte) 21));
        assertEquals(List.of(1, 1, 1, PORT), slot());
        assertEquals(10, rig.rig.doubleword(at(16)));
        endOfMessage();
        assertEquals(List.of(1, 1, 1, PORT), slot());
        assertEquals(NONE, rig.raised());
        free();
        rig.endOfMessage(0);
        assertEquals(0, slot().get(0), "that was of another vCPU");
        endOfMessage();
        assertEquals(List.of(2, 2, 0, PORT), slot(), "nothing is behind it");
        assertEquals(ONE, rig.raised());
        free();
        endOfMessage();
        assertEquals(0, slot().get(0));
        assertEquals(NONE, rig.raised());
    }

    @Test
    void markingABusySlotTouchesItsFlagsAlone() {
        assertEquals(0, post(1, (byte) 10));
        rig.onBeforeMark((page, source) -> {
            page.store32(256 * source, 0);
            page.store8(256 * source + 4, 0x99);
            page.store8(256 * source + 6, 0x88);
        });
        rig.onAfterMark((page, source) -> {
            assertEquals(0, page.load32(256 * source), "stays free");
            assertEquals(0x0088_0199, page.load32(256 * source + 4));
        });
        assertEquals(0, post(2, (byte) 20));
        assertEquals(List.of(2, 1, 0, PORT), slot(), "and takes the message without EOM");
        assertEquals(List.of("1:18", "1:18"), rig.raised());
    }

    @Test
    void aSlotThatIsFreedWhileItIsMarkedIsLookedAtAgain() {
        assertEquals(0, post(1));
        rig.onAfterMark((page, source) -> page.store32(256 * source, 0));
        assertEquals(0, post(2));
        assertEquals(List.of(2, 0, 0, PORT), slot());
    }

    @Test
    void otherFlagsOfASlotStay() {
        assertEquals(0, post(1));
        rig.rig.words(at(4), 0xF0 << 8);
        assertEquals(0, post(2));
        assertEquals(0xF1 << 8, rig.rig.word(at(4)));
    }

    @Test
    void aMessageBehindTheOneThatIsWrittenIsAnnounced() {
        for (int i = 1; i < 4; i++) {
            assertEquals(0, post(i));
        }
        free();
        endOfMessage();
        assertEquals(List.of(2, 0, 1, PORT), slot());
        free();
        endOfMessage();
        assertEquals(List.of(3, 0, 0, PORT), slot());
    }

    @Test
    void aPostFindsASlotThatWasFreedWithoutEndOfMessage() {
        assertEquals(0, post(1));
        assertEquals(0, post(2));
        free();
        assertEquals(0, slot().get(0), "until something happens");
        assertEquals(0, post(3));
        assertEquals(List.of(2, 0, 1, PORT), slot());
        assertEquals(List.of("1:18", "1:18"), rig.raised());
    }

    @Test
    void aSlotThatTheGuestFillsIsBusy() {
        rig.rig.words(at(0), 0x55, 0xFFFF_FFFF, -1, -1);
        assertEquals(0, post(1));
        assertEquals(0x55, rig.rig.word(at(0)));
        assertEquals(-1, rig.rig.word(at(4)), "the flag was set already");
        assertEquals(NONE, rig.raised());
        free();
        endOfMessage();
        assertEquals(List.of(1, 0, 0, PORT), slot());
    }

    @Test
    void endOfMessageLooksAtEverySource() {
        for (int source = 0; source < 16; source++) {
            rig.source(1, source, 16 + source);
            MessagePort own = rig.synic.createMessagePort(0x100 + source, 1, source);
            own.post(1, new byte[0]);
            own.post(2, new byte[0]);
        }
        assertEquals(16, rig.raised().size());
        for (int source = 0; source < 16; source++) {
            rig.free(1, source);
        }
        endOfMessage();
        for (int source = 0; source < 16; source++) {
            assertEquals(List.of(2, 0, 0, 0x100 + source), rig.slot(1, source));
        }
        assertEquals(16, rig.raised().size());
    }

    @Test
    void aBusySourceHoldsNoOtherUp() {
        rig.source(1, 3, 19);
        assertEquals(0, post(1));
        assertEquals(0, post(2));
        rig.synic.createMessagePort(5, 1, 3).post(9, new byte[0]);
        assertEquals(9, rig.type(1, 3));
        assertEquals(List.of("1:18", "1:19"), rig.raised());
    }

    @Test
    void endOfMessageWithoutMessagesIsNothing() {
        rig.rig.words(at(0), 7);
        for (int i = 0; i < 100; i++) {
            endOfMessage();
        }
        assertEquals(NONE, rig.raised());
        assertEquals(List.of(7, 0, 0, 0), slot());
    }

    @Test
    void theVmmPostsLikeAGuest() {
        assertEquals(SynicStatus.SUCCESS, port.post(7, new byte[] {9}));
        assertEquals(List.of(7, 1, 0, PORT), slot());
        assertEquals(ONE, rig.raised());
    }

    @Test
    void sixteenMessagesWaitAndTheNextDoesNot() {
        for (int i = 0; i < 17; i++) {
            assertEquals(Math.max(0, i - 1), port.waiting());
            assertEquals(0, post(1 + i, (byte) i));
        }
        assertEquals(16, port.waiting());
        assertEquals(0x13, post(99));
        assertEquals(SynicStatus.INSUFFICIENT_BUFFERS, port.post(99, new byte[0]));
        for (int i = 0; i < 17; i++) {
            assertEquals(List.of(1 + i, 1, i < 16 ? 1 : 0, PORT), slot());
            assertEquals(i, rig.rig.word(at(16)) & 0xFF);
            free();
            endOfMessage();
        }
        assertEquals(0, slot().get(0));
        assertEquals(17, rig.raised().size());
        assertEquals(0, port.waiting());
    }

    @Test
    void aMaskedSourceHasMessagesWithoutInterrupts() {
        rig.source(1, SOURCE, INTID | MASKED);
        for (int i = 1; i < 4; i++) {
            assertEquals(0, post(i));
        }
        for (int i = 1; i < 4; i++) {
            assertEquals(i, slot().get(0));
            free();
            if (i < 3) {
                endOfMessage();
            }
        }
        assertEquals(0, post(5));
        rig.source(1, SOURCE, INTID);
        assertEquals(NONE, rig.raised(), "unmasking is no edge");
    }

    @Test
    void unmaskingLooksAtTheQueueIfASettingSaysSo() {
        for (String setting : new String[] {"silent", "scans"}) {
            with(Map.of("hyperv.unmask", setting));
            rig.source(1, SOURCE, INTID | MASKED);
            assertEquals(0, post(1));
            assertEquals(0, post(2));
            free();
            rig.source(1, SOURCE, INTID);
            boolean isScanned = setting.equals("scans");
            assertEquals(isScanned ? 2 : 0, slot().get(0));
            assertEquals(isScanned ? ONE : NONE, rig.raised());
        }
    }

    @Test
    void aMaskedSourceMayHoldMessagesBack() {
        with(Map.of("hyperv.masked-message", "held"));
        rig.source(1, SOURCE, INTID | MASKED);
        assertEquals(0, post(1));
        endOfMessage();
        assertEquals(0, slot().get(0));
        rig.source(1, SOURCE, INTID);
        assertEquals(List.of(1, 0, 0, PORT), slot());
        assertEquals(ONE, rig.raised());
    }

    @Test
    void aPolledSourceHasMessagesWithoutInterrupts() {
        rig.source(1, SOURCE, INTID | POLLING);
        assertEquals(0, post(1));
        assertEquals(0, post(2));
        assertEquals(1, slot().get(0));
        free();
        endOfMessage();
        assertEquals(2, slot().get(0));
        assertEquals(NONE, rig.raised());
    }

    @ParameterizedTest
    @ValueSource(longs = {1L << 19, 1L << 20, 1L << 17, 0xFF00})
    void bitsWithoutMeaningChangeNothing(long bits) {
        rig.source(1, SOURCE, INTID | bits);
        rig.source(1, 3, 19);
        assertEquals(0, post(1));
        assertEquals(SynicStatus.SUCCESS, rig.synic.signal(1, 3, 0));
        assertEquals(List.of("1:18", "1:19"), rig.raised());
    }

    @ParameterizedTest
    @ValueSource(ints = {SCONTROL, SIMP})
    void whoTakesNothingGetsNothing(int register) {
        long on = rig.rig.get(1, register);
        assertEquals(0, rig.rig.set(1, register, on & ~1));
        assertEquals(0x18, post(1));
        assertEquals(SynicStatus.SUCCESS, port.post(7, new byte[0]), "it waits");
        assertEquals(SynicStatus.SUCCESS, port.post(8, new byte[0]));
        endOfMessage();
        assertEquals(2, port.waiting());
        assertEquals(NONE, rig.raised());
        assertEquals(0, rig.rig.set(1, register, on));
        assertEquals(List.of(7, 0, 1, PORT), slot());
        assertEquals(ONE, rig.raised());
        free();
        assertEquals(0, rig.rig.set(1, register, on), "it is on already");
        assertEquals(0, slot().get(0));
        with(Map.of("hyperv.post-while-off", "queued"));
        assertEquals(0, rig.rig.set(1, register, on & ~1));
        assertEquals(0, post(1));
        assertEquals(1, port.waiting());
    }

    @Test
    void everyOtherVcpuGoesOn() {
        rig.rig.synic(0, SOURCE, 20);
        assertEquals(0, rig.rig.set(0, SCONTROL, 0));
        assertEquals(0, post(1));
        assertEquals(ONE, rig.raised());
    }

    @Test
    void aNewVectorIsThatOfLaterEdges() {
        assertEquals(0, post(1));
        assertEquals(0, post(2));
        rig.source(1, SOURCE, 25);
        assertEquals(List.of(1, 0, 1, PORT), slot());
        free();
        endOfMessage();
        assertEquals(List.of("1:18", "1:25"), rig.raised());
    }

    @Test
    void aWaitingVcpuWakes() {
        rig.rig.machine.vcpus().get(1).write(CoreRegister.PC, HypervRig.CODE + 8);
        assertTrue(rig.rig.run(1, 100) instanceof VcpuExit.WaitForInterrupt);
        Gic.enable(rig.rig, 1, INTID);
        assertTrue(rig.rig.run(1, 100) instanceof VcpuExit.WaitForInterrupt);
        assertEquals(0, post(1));
        rig.rig.words(HypervRig.CODE + 12, 0x1400_0000);
        assertTrue(!(rig.rig.run(1, 100) instanceof VcpuExit.WaitForInterrupt), "there is something to take");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 5",
        "0x80000000, 0, 5",
        "0x80000010, 0, 5",
        "-1, 0, 5",
        "1, 241, 5",
        "1, -1, 5",
        "1, 0x7fffffff, 5",
        "0x7fffffff, 240, 0",
        "1, 0, 0"
    })
    void whatAGuestCanPost(String type, String size, int status) {
        rig.rig.words(HypervRig.INPUT, CONNECTION, 0, (int) (long) Long.decode(type), Integer.decode(size));
        assertEquals(status, rig.rig.call(0, 0x5C, HypervRig.INPUT, 0));
        assertEquals(status == 0 ? ONE : NONE, rig.raised());
    }

    @Test
    void aMessageComesFromMemory() {
        assertEquals(3, rig.rig.call(0, 0x5C | HypervRig.FAST, CONNECTION, 1) & 0xFFFF);
        assertEquals(4, rig.rig.call(0, 0x5C, HypervRig.INPUT + 4, 0) & 0xFFFF);
        assertEquals(3, rig.rig.call(0, 0x5C, 1L << 40, 0) & 0xFFFF);
    }

    @Test
    void theFlagOfASlotHasOneBit() {
        assertEquals(0, post(1));
        assertEquals(0, post(2));
        assertEquals(PENDING, rig.rig.word(at(4)));
        assertEquals(INTID, rig.rig.get(1, SINT0 + SOURCE));
    }
}
