/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv;

import static io.faultline.backend.hyperv.SynicRig.MASKED;
import static io.faultline.backend.hyperv.SynicRig.POLLING;
import static io.faultline.backend.hyperv.SynicRig.SCONTROL;
import static io.faultline.backend.hyperv.SynicRig.SIEFP;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.notification.ChannelState;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.synic.EventPort;
import io.faultline.api.synic.SynicStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Event flags (HV-095 to HV-112), and channels of the VMM that are event flags. */
class EventFlagsTest {
    private static final int SOURCE = 9;
    private static final int CONNECTION = 0x20;
    private static final List<String> ONE = List.of("1:22");
    private static final List<String> NONE = List.of();

    private SynicRig rig;
    private EventPort port;

    EventFlagsTest() {
        with(Map.of());
    }

    private void with(Map<String, String> settings) {
        rig = new SynicRig(2, settings);
        port = rig.synic.createEventPort(7, 1, SOURCE, 0, 2048);
        rig.synic.connect(CONNECTION, port);
        rig.rig.synic(1, SOURCE, 22);
    }

    private int signal(int flag) {
        return rig.rig.signal(0, CONNECTION, flag);
    }

    private List<String> set() {
        List<String> all = new ArrayList<>();
        rig.forEachFlag(1, (source, flag) -> all.add(source + ":" + flag));
        return all;
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0x01", "7, 0, 0x80", "8, 1, 0x01", "63, 7, 0x80", "64, 8, 0x01", "2047, 255, 0x80"})
    void whereAFlagIs(int flag, int offset, String mask) {
        assertEquals(0, signal(flag));
        byte[] page = new byte[4096];
        rig.rig.machine.memory().read(HypervRig.siefp(1), page);
        for (int i = 0; i < page.length; i++) {
            assertEquals(i == 256 * SOURCE + offset ? Integer.decode(mask) : 0, page[i] & 0xFF);
        }
        assertEquals(ONE, rig.raised());
    }

    @Test
    void everySourceHasItsFlags() {
        for (int source = 0; source < 16; source++) {
            rig.source(1, source, 16 + source);
            assertEquals(SynicStatus.SUCCESS, rig.synic.signal(1, source, 64 * source + source));
        }
        List<String> expected = new ArrayList<>();
        for (int source = 0; source < 16; source++) {
            expected.add(source + ":" + 65 * source);
        }
        assertEquals(expected, set());
        assertEquals(16, rig.raised().size());
    }

    @Test
    void aFlagThatIsSetIsNoEdge() {
        assertEquals(0, signal(3));
        assertEquals(0, signal(3));
        assertEquals(SynicStatus.SUCCESS, rig.synic.signal(1, SOURCE, 3));
        assertEquals(ONE, rig.raised());
        rig.rig.longs(HypervRig.siefp(1) + 256 * SOURCE, 0);
        assertEquals(0, signal(3));
        assertEquals(ONE, rig.raised());
        assertEquals(0, signal(4));
        assertEquals(ONE, rig.raised());
        assertEquals(List.of("9:3", "9:4"), set());
    }

    @Test
    void noOtherBitChanges() {
        rig.rig.longs(HypervRig.siefp(1) + 256 * SOURCE, 0x5555_5555_5555_5555L);
        assertEquals(0, signal(1));
        assertEquals(0x5555_5555_5555_5557L, rig.flags(1, SOURCE, 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {SCONTROL, SIEFP})
    void whoTakesNothingGetsNothing(int register) {
        long on = rig.rig.get(1, register);
        assertEquals(0, rig.rig.set(1, register, on & ~1));
        assertEquals(0x18, signal(3));
        assertEquals(SynicStatus.INVALID_SYNIC_STATE, port.signal(3));
        assertEquals(0, rig.rig.set(1, register, on));
        assertEquals(NONE, set());
        assertEquals(NONE, rig.raised());
        assertEquals(0, signal(3));
    }

    @Test
    void aMaskedSourceRefuses() {
        rig.source(1, SOURCE, 22 | MASKED);
        assertEquals(0x18, signal(3));
        assertEquals(NONE, set());
        with(Map.of("hyperv.masked-signal", "set"));
        rig.source(1, SOURCE, 22 | MASKED);
        assertEquals(0, signal(3));
        assertEquals(List.of("9:3"), set());
        assertEquals(NONE, rig.raised());
    }

    @Test
    void aPolledSourceIsSilent() {
        rig.source(1, SOURCE, 22 | POLLING);
        assertEquals(0, signal(3));
        assertEquals(List.of("9:3"), set());
        assertEquals(NONE, rig.raised());
    }

    @Test
    void aPortHasItsFlags() {
        rig.synic.connect(0x21, rig.synic.createEventPort(8, 1, SOURCE, 2040, 8));
        assertEquals(0, rig.rig.signal(0, 0x21, 7));
        assertEquals(List.of("9:2047"), set());
        assertEquals(5, rig.rig.signal(0, 0x21, 8));
        assertEquals(5, rig.rig.signal(0, 0x21, 0xFFFF));
        assertEquals(5, signal(2048));
        assertEquals(SynicStatus.INVALID_PARAMETER, port.signal(2048));
        assertEquals(SynicStatus.INVALID_PARAMETER, port.signal(-1));
        assertEquals(List.of("9:2047"), set());
    }

    @ParameterizedTest
    @CsvSource({
        "2, 0, 0, INVALID_VP_INDEX",
        "-1, 0, 0, INVALID_VP_INDEX",
        "1, 16, 0, INVALID_PARAMETER",
        "1, -1, 0, INVALID_PARAMETER",
        "1, 9, 2048, INVALID_PARAMETER",
        "1, 9, -1, INVALID_PARAMETER"
    })
    void numbersOutOfRangeWriteNothing(int vcpu, int source, int flag, SynicStatus status) {
        assertEquals(status, rig.synic.signal(vcpu, source, flag));
        assertEquals(NONE, set());
    }

    @Test
    void reservedBitsOfASignalAreZero() {
        assertEquals(3, rig.rig.call(0, 0x5D | HypervRig.FAST, CONNECTION | 1L << 48));
        assertEquals(NONE, set());
        rig.rig.longs(HypervRig.INPUT, CONNECTION | 5L << 32);
        assertEquals(0, rig.rig.call(0, 0x5D, HypervRig.INPUT, 0), "from memory, too");
        assertEquals(List.of("9:5"), set());
    }

    @Test
    void signalsNeverLackBuffers() {
        for (int flag = 0; flag < 2048; flag++) {
            assertEquals(0, signal(flag));
        }
        assertEquals(2048, set().size());
        assertEquals(2048, rig.raised().size());
    }

    // Channels of the VMM

    private static final NotificationChannel.Synic CHANNEL = new NotificationChannel.Synic(SOURCE, 100);

    private final HypervRig own = new HypervRig(HypervRig.open(Map.of()), 2, CHANNEL).identified();
    private final EventNotifications notifications = own.machine.notifications().orElseThrow();

    private String inject() {
        DeliveryOutcome outcome = notifications.inject(CHANNEL, 1);
        return outcome.kind() + " " + outcome.detail();
    }

    private String injectNow() {
        DeliveryOutcome outcome = notifications.injectNow(CHANNEL, 1);
        return outcome.kind() + " " + outcome.detail();
    }

    private long flag() {
        return own.doubleword(HypervRig.siefp(1) + 256 * SOURCE + 8);
    }

    @Test
    void aChannelSaysWhatKeepsItUp() {
        String off = "REJECTED the guest has no page of event flags on vCPU 1";
        assertEquals(List.of(off, off), List.of(inject(), injectNow()));
        assertEquals(new ChannelState(false, false, false), notifications.state(CHANNEL, 1));
        own.synic(1, SOURCE, 22);
        assertEquals(0, own.set(1, 0xA_0000 + SOURCE, 22 | MASKED));
        String masked = "REJECTED synthetic interrupt source 9 of vCPU 1 is masked";
        assertEquals(List.of(masked, masked), List.of(inject(), injectNow()));
        assertEquals(0, own.set(1, 0xA_0000 + SOURCE, 22 | POLLING));
        assertEquals("REJECTED the guest polls synthetic interrupt source 9", injectNow());
        assertEquals(0, flag());
        assertEquals("PENDING the guest polls synthetic interrupt source 9", inject());
        assertEquals(1L << 36, flag());
        assertEquals("COALESCED already pending", inject());
        assertEquals("REJECTED event flag 100 is already set", injectNow());
        assertEquals(new ChannelState(true, true, false), notifications.state(CHANNEL, 1));
        assertFalse(notifications.cancel(CHANNEL, 1));
        assertThrows(HypervisorException.class, () -> notifications.setLevel(CHANNEL, 1, true));
    }

    @Test
    void aChannelWhoseInterruptIsNotEnabledIsPending() {
        own.synic(1, SOURCE, 22);
        assertEquals("REJECTED PPI 22 is not enabled", injectNow());
        assertEquals(0, flag());
        assertEquals("PENDING PPI 22 is not enabled", inject());
        assertEquals(1L << 36, flag());
    }

    @Test
    void aChannelIsDelivered() {
        own.synic(1, SOURCE, 22);
        Gic.enable(own, 1, 22);
        own.vcpu(1).write(CoreRegister.PSTATE, 5);
        assertEquals("DELIVERED ", injectNow());
        assertEquals("REJECTED event flag 100 is already set", injectNow());
        assertEquals(1L << 36, flag());
        own.longs(HypervRig.siefp(1) + 256 * SOURCE + 8, 0);
        assertEquals("DELIVERED ", inject());
        assertEquals(new ChannelState(true, true, false), notifications.state(CHANNEL, 1));
        own.vcpu(1).write(CoreRegister.PSTATE, 5 | 0x80);
        own.longs(HypervRig.siefp(1) + 256 * SOURCE + 8, 0);
        assertEquals("REJECTED PPI 22 is already pending", injectNow());
        assertEquals("PENDING interrupts are masked on vCPU 1", inject());
    }
}
