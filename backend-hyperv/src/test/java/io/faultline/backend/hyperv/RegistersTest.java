/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv;

import static io.faultline.backend.hyperv.HypervRig.DATA;
import static io.faultline.backend.hyperv.HypervRig.FAST;
import static io.faultline.backend.hyperv.HypervRig.GET;
import static io.faultline.backend.hyperv.HypervRig.ONE;
import static io.faultline.backend.hyperv.HypervRig.SELF;
import static io.faultline.backend.hyperv.HypervRig.SELF_VP;
import static io.faultline.backend.hyperv.HypervRig.SET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateValue;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Registers by their numbers, as a guest reaches them (HV-033 to HV-049), and the assist page. */
class RegistersTest {
    private static final int PRIVILEGES = 0x200;
    private static final int GUEST_OS_ID = 0x9_0002;
    private static final int ASSIST = 0x9_0013;
    private static final int CRASH_P0 = 0x210;
    private static final int CRASH_CONTROL = 0x215;
    private static final int VECTORS = 0x4_0400;

    private final HypervRig rig = new HypervRig(3).identified();

    @ParameterizedTest
    @ValueSource(
            ints = {0x100, 0x200, 0x201, 0x202, 0x203, GUEST_OS_ID, CRASH_P0, 0x214, CRASH_CONTROL, VECTORS, 0x4_0401})
    void whoeverHasNotNamedItselfReadsWhatItFindsItsHypervisorBy(int name) {
        assertEquals(0, new HypervRig(1).tryGet(0, name));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x204, 0x209, 0x9_0003, 0x9_0000, ASSIST})
    void theRestNeedsAName(int name) {
        HypervRig fresh = new HypervRig(1);
        assertEquals(6, fresh.tryGet(0, name));
        fresh.identified();
        assertEquals(0, fresh.tryGet(0, name));
    }

    @Test
    void theNameIsOfThePartitionAndCanBeTakenBack() {
        assertEquals(HypervRig.GUEST_OS_ID, rig.get(2, GUEST_OS_ID));
        assertEquals(0, rig.set(0, ASSIST, DATA | 1));
        assertEquals(0, rig.set(1, GUEST_OS_ID, 0));
        assertEquals(6, rig.tryGet(0, ASSIST));
        rig.identified();
        assertEquals(DATA | 1, rig.get(0, ASSIST));
    }

    @Test
    void thePartitionLearnsWhatItMay() {
        assertEquals(0x000A_0030_0000_0277L, rig.get(0, PRIVILEGES) & ~0x8);
        assertEquals(0x100, rig.x(7) & 0x100, "crash registers");
        assertEquals(27857 | 10L << 48, rig.get(0, 0x100));
        assertEquals(3 | 3L << 32, rig.get(0, 0x202));
        assertEquals(0, rig.get(0, 0x201));
        assertEquals(List.of(0L, 1L, 2L), List.of(rig.get(0, 0x9_0003), rig.get(1, 0x9_0003), rig.get(2, 0x9_0003)));
    }

    @ParameterizedTest
    @CsvSource({"0, 0x90000", "4, 0x90013", "5, 0x90002", "6, 0x90003"})
    void aRegisterNeedsItsPrivilege(int bit, String name) {
        long privileges = 0x000A_0030_0000_027FL & ~(1L << bit);
        HypervRig less = new HypervRig(1, Map.of("hyperv.privileges", "0x" + Long.toHexString(privileges)));
        if (bit != 5) {
            less.identified();
        }
        assertEquals(6, less.tryGet(0, Integer.decode(name)));
        assertEquals(6, less.set(0, Integer.decode(name), 0));
    }

    @Test
    void privilegesWithNothingBehindThemAreRefused() {
        HypervisorException refused = assertThrows(
                HypervisorException.class, () -> new HypervRig(1, Map.of("hyperv.privileges", "0x1000000000000")));
        assertTrue(refused.getMessage().contains("bit 48"), refused.getMessage());
    }

    @Test
    void registersWithoutAPrivilegeByDefault() {
        assertEquals(6, rig.tryGet(0, 0x240));
        assertEquals(6, rig.tryGet(0, 0x250));
        HypervRig more = new HypervRig(1, Map.of("hyperv.privileges", "0x000a003000000e7f")).identified();
        assertEquals(62_500_000, more.get(0, 0x240));
        assertEquals(62_500_000, more.get(0, 0x241));
        more.prepare(0, GET | FAST | ONE, SELF, SELF_VP, 0x250);
        assertTrue(more.vcpu(0).step() instanceof VcpuExit.WaitForInterrupt, "it is idle");
        assertEquals(ONE, more.x(0));
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0,
                0x0FF,
                0x101,
                0x20A,
                0x20F,
                0x216,
                0x2_0000,
                0x4_0002,
                0x9_0001,
                0xD_0002,
                0x7FFF_FFFF,
                -1,
                0x8000_0100
            })
    void anUnknownNumberIsSaidToBeUnknown(int name) {
        assertEquals(0x87, rig.tryGet(0, name));
        assertEquals(0x87, rig.set(0, name, 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x100, 0x200, 0x201, 0x202, 0x203, 0x209, 0x9_0003, 0x9_0000, 0x4_0401})
    void whatCannotBeWrittenStaysAsItIs(int name) {
        long before = name == 0x9_0000 ? 0 : rig.get(0, name);
        assertEquals(5, rig.set(0, name, 0x1234));
        if (name != 0x9_0000) {
            assertEquals(before, rig.get(0, name));
        }
    }

    @ParameterizedTest
    @CsvSource({"0x20, 5", "0x80, 5", "0x11, 6", "0x1F, 6", "0x10, 0", "0x0F, 0", "0, 0"})
    void aVirtualTrustLevelIsZero(String vtl, int status) {
        long who = SELF_VP | Long.decode(vtl) << 32;
        assertEquals(status, rig.call(0, GET | FAST | ONE, SELF, who, 0x100) & 0xFFFF);
        assertEquals(status, rig.call(0, SET | FAST | ONE, SELF, who, CRASH_P0, 0, 9, 0) & 0xFFFF);
        assertEquals(status == 0 ? 9 : 0, rig.get(0, CRASH_P0));
    }

    @Test
    void whoseRegistersAreMeant() {
        assertEquals(6, rig.call(0, GET | FAST | ONE, 1, SELF_VP, 0x100));
        assertEquals(ONE, rig.call(1, GET | FAST | ONE, SELF, 1, 0x100));
        assertEquals(6, rig.call(1, GET | FAST | ONE, SELF, 2, 0x100));
        assertEquals(0xE, rig.call(1, GET | FAST | ONE, SELF, 3, 0x100));
        assertEquals(0xE, rig.call(1, GET | FAST | ONE, SELF, 0xFFFF_FFFFL, 0x100));
        HypervRig open = new HypervRig(2, Map.of("hyperv.other-vcpus", "allowed")).identified();
        assertEquals(ONE, open.call(0, GET | FAST | ONE, SELF, 1, 0x9_0003));
        assertEquals(1, open.x(6));
        assertEquals(0xE, open.call(0, GET | FAST | ONE, SELF, 2, 0x9_0003));
    }

    @Test
    void aCrashIsTheBusinessOfTheVmm() {
        for (int i = 0; i < 5; i++) {
            assertEquals(0, rig.set(1, CRASH_P0 + i, 100 + i));
        }
        assertEquals(3L << 62, rig.get(0, CRASH_CONTROL));
        assertEquals(0, rig.set(0, CRASH_CONTROL, 1));
        rig.prepare(0, SET | FAST | ONE, SELF, SELF_VP, CRASH_CONTROL, 0, 1L << 63, 0);
        VcpuExit.BackendSpecific exit = (VcpuExit.BackendSpecific) rig.vcpu(0).step();
        assertEquals("hyperv:crash", exit.kind());
        assertEquals(
                "{control=-9223372036854775808, p0=100, p1=101, p2=102, p3=103, p4=104}",
                exit.details().toString());
        assertEquals(102, rig.get(2, CRASH_P0 + 2), "the guest goes on");
        assertEquals(0x87, new HypervRig(1, Map.of("hyperv.crash-registers", "absent")).tryGet(0, CRASH_P0));
    }

    @Test
    void theVectorsOfSyntheticExceptionsAreSetOnce() {
        assertEquals(0, rig.set(0, VECTORS, 0x8000));
        assertEquals(0, rig.set(0, VECTORS, 0x8000));
        assertEquals(6, rig.set(0, VECTORS, 0x9000));
        assertEquals(6, rig.set(0, VECTORS, 0));
        assertEquals(0x8000, rig.get(0, VECTORS));
        assertEquals(0, rig.get(1, VECTORS));
        rig.vcpu(0).reset();
        assertEquals(0, rig.get(0, VECTORS));
    }

    @Test
    void timeThatAVcpuRuns() {
        rig.words(HypervRig.RAM + 0x2000, 0x1400_0000);
        rig.vcpu(1).write(CoreRegister.PC, HypervRig.RAM + 0x2000);
        long before = rig.get(0, 0x9_0000);
        long other = rig.get(1, 0x9_0000);
        rig.vcpu(1).write(CoreRegister.PC, HypervRig.RAM + 0x2000);
        rig.run(1, 50_000);
        rig.run(1, 50_000);
        assertTrue(rig.get(1, 0x9_0000) > other + 900, "of both runs, in units of 100 ns");
        assertTrue(rig.get(0, 0x9_0000) < before + 10);
    }

    @Test
    void theAssistPageHidesWhatIsBeneath() {
        rig.longs(DATA, 11);
        assertEquals(0, rig.set(0, ASSIST, DATA | 0xFFF));
        assertEquals(DATA | 0xFFF, rig.get(0, ASSIST), "bits 11:1 are kept");
        assertEquals(0, rig.doubleword(DATA));
        rig.longs(DATA, 22);
        rig.longs(DATA + 0x1000, 33);
        assertEquals(0, rig.set(0, ASSIST, DATA + 0x1001));
        assertEquals(List.of(11L, 22L), List.of(rig.doubleword(DATA), rig.doubleword(DATA + 0x1000)));
        assertEquals(0, rig.set(0, ASSIST, DATA + 0x1000));
        assertEquals(33, rig.doubleword(DATA + 0x1000));
        assertEquals(0, rig.set(0, ASSIST, DATA + 1));
        assertEquals(22, rig.doubleword(DATA));
    }

    @ParameterizedTest
    @ValueSource(
            longs = {0x3FFF_F001L, 0x4040_0001L, 0x900_0001L, 1, -1, 1L << 62 | 1, 1L << 48 | 1, 1L << 48 | 0x1001})
    void aPageIsPlainMemoryOrStaysWhereItWas(long value) {
        assertEquals(0, rig.set(0, ASSIST, DATA | 1));
        rig.longs(DATA, 5);
        assertEquals(5, rig.set(0, ASSIST, value));
        assertEquals(DATA | 1, rig.get(0, ASSIST));
        assertEquals(5, rig.doubleword(DATA));
        assertEquals(0, rig.set(0, ASSIST, value & ~1), "what is disabled can be anywhere");
        assertEquals(0, rig.doubleword(DATA));
    }

    @Test
    void twoPagesCannotBeInOnePlace() {
        assertEquals(0, rig.set(0, ASSIST, DATA | 1));
        assertEquals(5, rig.set(1, ASSIST, DATA | 1));
        assertEquals(0, rig.set(0, ASSIST, DATA));
        assertEquals(0, rig.set(1, ASSIST, DATA | 1));
    }

    @Test
    void aResetEmptiesThePage() {
        assertEquals(0, rig.set(0, ASSIST, DATA | 1));
        assertEquals(0, rig.set(1, ASSIST, DATA + 0x1000 | 1));
        rig.longs(DATA, 5);
        rig.longs(DATA + 0x1000, 6);
        rig.vcpu(0).reset();
        assertEquals(0, rig.get(0, ASSIST));
        assertEquals(List.of(0L, 6L), List.of(rig.doubleword(DATA), rig.doubleword(DATA + 0x1000)));
        assertEquals(0, rig.set(0, ASSIST, DATA | 1));
        assertEquals(0, rig.doubleword(DATA));
    }

    @Test
    void everythingIsInASavedState() {
        assertEquals(0, rig.set(0, ASSIST, DATA | 1));
        assertEquals(0, rig.set(0, CRASH_P0, 77));
        assertEquals(0, rig.set(0, VECTORS, 0x8000));
        rig.longs(DATA, 5);
        SavedState state = rig.machine.save();
        HypervRig other = new HypervRig(3);
        other.machine.restore(state);
        assertEquals(HypervRig.GUEST_OS_ID, other.get(0, GUEST_OS_ID));
        assertEquals(
                List.of(DATA | 1, 77L, 0x8000L, 5L),
                List.of(other.get(0, ASSIST), other.get(0, CRASH_P0), other.get(0, VECTORS), other.doubleword(DATA)));
        other.set(0, ASSIST, 0);
        assertEquals(0, other.doubleword(DATA));
    }

    @Test
    void aStateWhosePageIsNotInItsPlaceIsRefused() {
        assertEquals(0, rig.set(0, ASSIST, DATA | 1));
        SavedState forged = Forged.value(rig.machine.save(), "assist.0/register", new StateValue.Word(DATA + 0x3001));
        assertThrows(HypervisorException.class, () -> rig.machine.restore(forged));
        assertEquals(DATA | 1, rig.get(0, ASSIST));
    }
}
