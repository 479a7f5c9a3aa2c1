/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv;

import static io.faultline.backend.hyperv.HypervRig.DATA;
import static io.faultline.backend.hyperv.SynicRig.EOM;
import static io.faultline.backend.hyperv.SynicRig.MASKED;
import static io.faultline.backend.hyperv.SynicRig.POLLING;
import static io.faultline.backend.hyperv.SynicRig.SCONTROL;
import static io.faultline.backend.hyperv.SynicRig.SIEFP;
import static io.faultline.backend.hyperv.SynicRig.SIMP;
import static io.faultline.backend.hyperv.SynicRig.SINT0;
import static io.faultline.backend.hyperv.SynicRig.SVERSION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.synic.MessagePort;
import io.faultline.api.synic.SynicStatus;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Registers of the synthetic interrupt controller (HV-050 to HV-061) and its pages (HV-145 to HV-152). */
class SynicRegistersTest {
    private static final long RESERVED = ~0x1F_FFFFL;

    private final SynicRig rig = new SynicRig(2);

    private long get(int vcpu, int name) {
        return rig.rig.get(vcpu, name);
    }

    private int set(int vcpu, int name, long value) {
        return rig.rig.set(vcpu, name, value);
    }

    private void assertReset(int vcpu) {
        for (int i = 0; i < 16; i++) {
            assertEquals(MASKED, get(vcpu, SINT0 + i));
        }
        assertEquals(
                List.of(0L, 1L, 0L, 0L, 0L),
                List.of(get(vcpu, SCONTROL), get(vcpu, SVERSION), get(vcpu, SIEFP), get(vcpu, SIMP), get(vcpu, EOM)));
    }

    @Test
    void valuesAfterReset() {
        assertReset(0);
        assertReset(1);
        rig.rig.get(0, 0x200);
        assertEquals(0x1000, rig.rig.x(7) & 0x1000, "polling");
        assertEquals(0x87, rig.rig.tryGet(0, 0xA_0015), "there are no event rings");
    }

    @Test
    void theVersionCannotBeWritten() {
        assertEquals(5, set(0, SVERSION, 2));
        assertEquals(1, get(0, SVERSION));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, 0x1234_5678_9ABC_DEF0L})
    void endOfMessageReadsZero(long value) {
        assertEquals(0, set(0, EOM, value));
        assertEquals(0, get(0, EOM));
    }

    @Test
    void whatIsReservedIsKept() {
        for (int register : new int[] {SIMP, SIEFP}) {
            assertEquals(0, set(0, register, DATA | 0xFFF));
            assertEquals(DATA | 0xFFF, get(0, register));
            assertEquals(0, set(0, register, 0x7FFF_FFFF_FFFF_FFFEL));
            assertEquals(0x7FFF_FFFF_FFFF_FFFEL, get(0, register));
        }
        assertEquals(0, set(0, SCONTROL, -2));
        assertEquals(-2, get(0, SCONTROL));
        for (int i = 0; i < 16; i++) {
            long value = RESERVED | 0xFF00 | 1L << 17 | POLLING | 1L << 19 | 1L << 20 | 16 + i;
            assertEquals(0, set(0, SINT0 + i, value));
            assertEquals(value, get(0, SINT0 + i));
        }
        assertReset(1);
    }

    @Test
    void everyVcpuHasItsOwn() {
        rig.rig.synic(1, 3, 20);
        assertReset(0);
        assertEquals(List.of(20L, 1L), List.of(get(1, SINT0 + 3), get(1, SCONTROL)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 32, 33, 255})
    void aSourceThatIsNotMaskedHasAPrivateInterrupt(int vector) {
        assertEquals(0, set(0, SINT0 + 4, 17));
        assertEquals(5, set(0, SINT0 + 4, vector));
        assertEquals(5, set(0, SINT0 + 4, vector | POLLING));
        assertEquals(17, get(0, SINT0 + 4));
        assertEquals(0, set(0, SINT0 + 4, vector | MASKED));
        assertEquals(vector | MASKED, get(0, SINT0 + 4));
        SynicRig any = new SynicRig(1, Map.of("hyperv.sint-vectors", "any"));
        any.rig.synic(0, 4, vector);
        assertEquals(SynicStatus.SUCCESS, any.synic.signal(0, 4, 0));
        assertEquals(List.of(), any.raised(), "nothing that could be raised");
        assertEquals(1, any.flags(0, 4, 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 31})
    void theFirstAndTheLastPrivateInterrupt(int vector) {
        rig.rig.synic(0, 0, vector);
        assertEquals(SynicStatus.SUCCESS, rig.synic.signal(0, 0, 0));
        assertEquals(List.of("0:" + vector), rig.raised());
    }

    @Test
    void settingsChangeWhatIsThereAfterReset() {
        SynicRig other = new SynicRig(
                1, Map.of("hyperv.scontrol-reset", "on", "hyperv.sversion", "3", "hyperv.polling", "absent"));
        assertEquals(List.of(1L, 3L), List.of(other.rig.get(0, SCONTROL), other.rig.get(0, SVERSION)));
        other.rig.get(0, 0x200);
        assertEquals(0, other.rig.x(7) & 0x1000);
        assertEquals(Optional.empty(), other.rig.backend.capabilities().get(Capabilities.SYNIC_POLLING));
        assertEquals(Optional.of(true), rig.rig.backend.capabilities().get(Capabilities.SYNIC_POLLING));
        other.rig.synic(0, 2, 18);
        other.source(0, 2, 18 | POLLING);
        assertEquals(SynicStatus.SUCCESS, other.synic.signal(0, 2, 0));
        assertEquals(List.of("0:18"), other.raised(), "the bit means nothing");
        assertThrows(HypervisorException.class, () -> new SynicRig(1, Map.of("hyperv.sversion", "0")));
    }

    @Test
    void theRegistersNeedTheirPrivilege() {
        SynicRig less = new SynicRig(1, Map.of("hyperv.privileges", "0x000a00300000027b"));
        for (int name = SINT0; name <= EOM; name++) {
            assertEquals(6, less.rig.tryGet(0, name));
            assertEquals(6, less.rig.set(0, name, 0));
        }
    }

    @Test
    void aPageHasItsOwnContent() {
        rig.rig.longs(DATA, 0x1234_5678, 7);
        MessagePort port = rig.synic.createMessagePort(1, 0, 0);
        rig.rig.synic(0, 0, 18);
        assertEquals(0, rig.type(0, 0), "what is beneath is no message");
        assertEquals(SynicStatus.SUCCESS, port.post(5, new byte[] {1}));
        assertEquals(5, rig.type(0, 0));
        assertEquals(0, set(0, SIMP, 0));
        assertEquals(List.of(0x1234_5678L, 7L), List.of(rig.rig.doubleword(DATA), rig.rig.doubleword(DATA + 8)));
        assertEquals(0, set(0, SIMP, DATA + 0x8001));
        assertEquals(5, rig.rig.word(DATA + 0x8000), "the message goes with the page");
        assertEquals(0, rig.rig.word(DATA + 0x9000));
    }

    @Test
    void aPageThatMovesKeepsTheQueueMoving() {
        MessagePort port = rig.synic.createMessagePort(1, 0, 0);
        rig.rig.synic(0, 0, 18);
        for (int i = 1; i < 4; i++) {
            port.post(i, new byte[0]);
        }
        assertEquals(List.of("0:18"), rig.raised());
        long at = DATA + 0x8000;
        assertEquals(0, set(0, SIMP, at | 1));
        assertEquals(1, rig.rig.word(at));
        rig.rig.words(at, 0);
        rig.endOfMessage(0);
        assertEquals(2, rig.rig.word(at));
        rig.rig.words(at, 0);
        assertEquals(0, set(0, SIMP, DATA | 1), "it was enabled already");
        assertEquals(0, rig.rig.word(DATA));
        rig.endOfMessage(0);
        assertEquals(3, rig.rig.word(DATA));
        assertEquals(List.of("0:18", "0:18"), rig.raised());
    }

    @ParameterizedTest
    @CsvSource({"0xA0012, 0x3ffff001", "0xA0013, 0x40400001", "0xA0013, 0x09000001", "0xA0012, 0x1000000000001"})
    void aPageIsPlainMemory(String name, String value) {
        int register = Integer.decode(name);
        rig.rig.synic(0, 0, 18);
        long before = get(0, register);
        assertEquals(5, set(0, register, Long.decode(value)));
        assertEquals(before, get(0, register));
        assertEquals(SynicStatus.SUCCESS, rig.synic.signal(0, 0, 0));
        assertEquals(1, rig.flags(0, 0, 0));
    }

    @Test
    void twoPagesAreNotInOnePlace() {
        rig.rig.synic(0, 0, 18);
        assertEquals(5, set(1, SIMP, HypervRig.simp(0) | 1));
        assertEquals(5, set(1, SIEFP, HypervRig.simp(0) | 1));
        assertEquals(5, set(0, SIEFP, HypervRig.simp(0) | 1));
        assertEquals(List.of(0L, HypervRig.siefp(0) | 1), List.of(get(1, SIMP), get(0, SIEFP)));
    }

    @Test
    void flagsGoWithTheirPage() {
        rig.rig.synic(0, 1, 18);
        assertEquals(SynicStatus.SUCCESS, rig.synic.signal(0, 1, 3));
        assertEquals(0, set(0, SIEFP, 0));
        assertEquals(SynicStatus.INVALID_SYNIC_STATE, rig.synic.signal(0, 1, 4));
        assertEquals(0, set(0, SIEFP, DATA + 0x8001));
        assertEquals(8, rig.rig.doubleword(DATA + 0x8100));
        assertEquals(0, rig.flags(0, 1, 0));
    }

    @Test
    void aResetOfOneVcpuIsItsOwn() {
        MessagePort first = rig.synic.createMessagePort(1, 0, 5);
        MessagePort second = rig.synic.createMessagePort(2, 1, 5);
        for (int i = 0; i < 2; i++) {
            rig.rig.synic(i, 5, 20 + i);
            rig.synic.signal(i, 5, 9);
        }
        for (int i = 1; i < 4; i++) {
            first.post(i, new byte[i]);
            second.post(i, new byte[i]);
        }
        rig.rig.vcpu(0).reset();
        assertReset(0);
        assertEquals(List.of(0, 2), List.of(first.waiting(), second.waiting()));
        assertTrue(first.isOpen());
        rig.rig.synic(0, 5, 20);
        assertEquals(List.of(0, 0), List.of(rig.type(0, 5), (int) rig.flags(0, 5, 0)));
        rig.endOfMessage(0);
        assertEquals(0, rig.type(0, 5));
        rig.free(1, 5);
        rig.endOfMessage(1);
        assertEquals(List.of(2, 2, 1, 2), rig.slot(1, 5));
        assertEquals(512, rig.flags(1, 5, 0));
        for (int i = 1; i < 18; i++) {
            assertEquals(SynicStatus.SUCCESS, first.post(i, new byte[0]), "every buffer is free again");
        }
        assertEquals(SynicStatus.INSUFFICIENT_BUFFERS, first.post(18, new byte[0]));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 14, 15})
    void aResetForgetsWhatWaitsForEachSource(int source) {
        MessagePort port = rig.synic.createMessagePort(1, 0, source);
        rig.rig.synic(0, source, 20);
        port.post(1, new byte[0]);
        port.post(2, new byte[0]);
        assertEquals(1, port.waiting());
        rig.rig.vcpu(0).reset();
        assertEquals(0, port.waiting());
        rig.rig.synic(0, source, 20);
        assertEquals(0, rig.type(0, source));
    }

    @Test
    void aPageThatTheGuestCannotWriteIsNoPlaceForAPage() {
        long rom = HypervRig.RAM + HypervRig.RAM_BYTES;
        HypervRig own = new HypervRig(
                        HypervRig.open(Map.of()),
                        1,
                        List.of(
                                MemoryRegion.ram(HypervRig.RAM, HypervRig.RAM_BYTES),
                                new MemoryRegion(rom, 0x1_0000, false)))
                .identified();
        assertEquals(5, own.set(0, SIMP, rom + 0x1001));
        assertEquals(0, own.get(0, SIMP));
        assertEquals(0, own.set(0, SIMP, rom + 0x1000), "its place may be anywhere while it is off");
    }

    @Test
    void aResetOfTheMachineLeavesNoPorts() {
        MessagePort port = rig.synic.createMessagePort(1, 0, 5);
        rig.rig.synic(0, 5, 20);
        port.post(1, new byte[0]);
        port.post(2, new byte[0]);
        rig.rig.machine.reset();
        assertFalse(port.isOpen());
        assertEquals(SynicStatus.INVALID_PORT_ID, port.post(1, new byte[0]));
        rig.rig.identified();
        assertReset(0);
        rig.rig.synic(0, 5, 20);
        assertEquals(0, rig.type(0, 5));
    }

    @Test
    void aVcpuThatIsTurnedOffKeepsItsController() {
        rig.rig.synic(1, 5, 20);
        rig.rig.vcpu(1).write(CoreRegister.PC, HypervRig.CODE);
        rig.rig.vcpu(1).write(CoreRegister.X0, 0x8400_0002L);
        rig.rig.vcpu(1).step();
        assertEquals(SynicStatus.SUCCESS, rig.synic.signal(1, 5, 0));
        assertEquals(1, rig.flags(1, 5, 0));
        assertEquals(List.of("1:20"), rig.raised());
    }
}
