/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.state.SavedState;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What vCPUs spend their time with, and where the guest reads it (xen.md 3.5, XEN-042). */
class RunstatesTest {
    private static final long AREA = VcpuRig.DATA;
    private static final long NOWHERE = 0x1000_0000L;
    private static final long RUNNING = 0;
    private static final long RUNNABLE = 1;
    private static final long BLOCKED = 2;
    private static final long OFFLINE = 3;

    private final VcpuRig rig = new VcpuRig(2);

    private long register(int vcpu, long address) {
        rig.wordAt(VcpuRig.STRUCT, address);
        return rig.call(0, TestPersonality.VCPU_OP, VcpuRig.REGISTER_RUNSTATE, vcpu, VcpuRig.STRUCT);
    }

    private void assertArea(long state, long since, long... times) {
        assertEquals(state, rig.wordAt(AREA));
        assertEquals(since, rig.wordAt(AREA + 8), "entry time");
        for (int i = 0; i < 4; i++) {
            assertEquals(times[i], rig.wordAt(AREA + 16 + 8 * i), "time " + i);
        }
    }

    private void loop(int vcpu) {
        rig.code(VcpuRig.CODE, VcpuRig.STOP);
        rig.vcpu(vcpu).write(CoreRegister.PC, VcpuRig.CODE);
    }

    @Test
    void theFirstCopyIsThereAtOnce() {
        loop(0);
        rig.run(0, 100);
        assertEquals(0, register(0, AREA));
        assertArea(RUNNING, 0, 0, 0, 0, 0);
    }

    @Test
    void whatAnotherVcpuIsCountsUpToNow() {
        loop(0);
        rig.run(0, 100);
        assertEquals(0, register(1, AREA));
        assertArea(OFFLINE, 0, 0, 0, 0, 101);
    }

    @Test
    void aVcpuThatWaitsIsBlockedAndTheTimeIsWrittenWhenItRunsAgain() {
        register(0, AREA);
        rig.open(0);
        rig.code(VcpuRig.CODE, VcpuRig.WFI, VcpuRig.STOP);
        rig.vcpu(0).write(CoreRegister.PC, VcpuRig.CODE);
        rig.run(0, 10);
        assertArea(RUNNING, 0, 0, 0, 0, 0);
        rig.machine.clock().skipTo(1_000);
        rig.upcalls().markPending(0);
        rig.run(0, 10);
        assertArea(RUNNING, 1_000, 2, 0, 998, 0);
    }

    @Test
    void aVcpuThatTheVmmRunsAnewAtTheSameTimeHasNotStopped() {
        register(0, AREA);
        loop(0);
        for (int i = 0; i < 10; i++) {
            rig.step(0);
        }
        assertArea(RUNNING, 0, 0, 0, 0, 0);
        assertEquals(0, rig.xen.runstateWrites);
    }

    @Test
    void theTimeOfAnotherVcpuIsStolen() {
        rig.turnOn(1, VcpuRig.CODE);
        register(0, AREA);
        long stopped = rig.machine.clock().nanos();
        loop(1);
        rig.run(1, 500);
        loop(0);
        rig.run(0, 5);
        assertArea(RUNNING, stopped + 500, stopped, 500, 0, 0);
        register(1, AREA);
        assertEquals(RUNNABLE, rig.wordAt(AREA), "after its turn it could go on");
        assertEquals(500, rig.wordAt(AREA + 16));
    }

    @Test
    void aVcpuThatIsTurnedOffIsOffline() {
        rig.turnOn(1, VcpuRig.CODE);
        loop(1);
        rig.run(1, 10);
        long off = rig.machine.clock().nanos();
        rig.vcpu(1).reset();
        loop(0);
        rig.run(0, 20);
        register(1, AREA);
        assertEquals(OFFLINE, rig.wordAt(AREA));
        assertEquals(off, rig.wordAt(AREA + 8));
    }

    @Test
    void aVcpuThatNeedsAPageIsOffline() {
        long missing = VcpuRig.RAM + 0x7_0000;
        rig.host().ram().makeAbsent(missing);
        rig.turnOn(1, VcpuRig.CODE);
        rig.code(VcpuRig.CODE, 0xF9400041); // LDR X1, [X2]
        rig.x(1, 2, missing);
        rig.vcpu(1).write(CoreRegister.PC, VcpuRig.CODE);
        rig.run(1, 10);
        register(1, AREA);
        assertEquals(OFFLINE, rig.wordAt(AREA));
    }

    @ParameterizedTest
    @ValueSource(longs = {NOWHERE, VcpuRig.READ_ONLY, -1, VcpuRig.RAM + VcpuRig.RAM_BYTES - 8})
    void anAddressThatCannotBeWrittenIsAcceptedAndHarmless(long address) {
        assertEquals(0, register(0, address));
        rig.machine.clock().skipTo(100);
        loop(0);
        rig.run(0, 10);
        assertTrue(rig.xen.runstateWrites > 0);
    }

    @Test
    void addressZeroEndsIt() {
        register(0, AREA);
        register(0, 0);
        int before = rig.xen.runstateWrites;
        rig.machine.clock().skipTo(100);
        loop(0);
        rig.run(0, 10);
        assertEquals(before, rig.xen.runstateWrites);
        assertArea(RUNNING, 0, 0, 0, 0, 0);
    }

    @Test
    void anArgumentThatCannotBeReadIsAFault() {
        assertEquals(-14, rig.call(0, TestPersonality.VCPU_OP, VcpuRig.REGISTER_RUNSTATE, 0, NOWHERE));
    }

    @Test
    void theUpdateFlagIsSetFirstAndClearAtTheEnd() {
        rig.xen.updateFlag = true;
        register(0, AREA);
        rig.machine.clock().skipTo(100);
        loop(0);
        rig.run(0, 10);
        assertEquals(3, rig.xen.runstateWrites);
        assertArea(RUNNING, 100, 1, 99, 0, 0);
        // Only the first half can be written: the flag stays, as an update that did not end.
        register(0, VcpuRig.READ_ONLY - 24);
        rig.machine.clock().skipTo(200);
        loop(0);
        rig.run(0, 10);
        assertEquals(200, rig.wordAt(VcpuRig.READ_ONLY - 16));
    }

    @Test
    void everyNanosecondIsAccountedForOnce() {
        Random random = new Random(11);
        rig.turnOn(1, VcpuRig.CODE);
        rig.code(VcpuRig.CODE, VcpuRig.NOP, VcpuRig.NOP, VcpuRig.NOP, VcpuRig.WFI, 0x17FF_FFFC);
        rig.vcpu(0).write(CoreRegister.PC, VcpuRig.CODE);
        for (int turn = 0; turn < 400; turn++) {
            switch (random.nextInt(5)) {
                case 0 -> rig.machine.clock().skipTo(rig.machine.clock().nanos() + random.nextInt(50));
                case 1 -> rig.vcpu(random.nextInt(2)).write(CoreRegister.PC, VcpuRig.CODE);
                default -> rig.run(random.nextInt(2), 1 + random.nextInt(7));
            }
            assertSum(turn);
        }
    }

    private void assertSum(int turn) {
        for (int vcpu = 0; vcpu < 2; vcpu++) {
            SavedState saved = rig.machine.save();
            long sum = 0;
            long[] spent = words(saved, "spent");
            for (int i = 0; i < 4; i++) {
                sum += spent[4 * vcpu + i];
            }
            assertEquals(words(saved, "since")[vcpu], sum, "turn " + turn + ", vCPU " + vcpu);
        }
    }

    private static long[] words(SavedState saved, String name) {
        return saved.reader()
                .section("xen")
                .section("vcpus")
                .section("runstate")
                .words(name);
    }

    @Test
    void itIsSavedAndRestored() {
        register(0, AREA);
        rig.code(VcpuRig.CODE, VcpuRig.WFI, VcpuRig.STOP);
        rig.vcpu(0).write(CoreRegister.PC, VcpuRig.CODE);
        rig.run(0, 10);
        SavedState saved = rig.machine.save();
        assertEquals(BLOCKED, words(saved, "states")[0]);
        VcpuRig other = new VcpuRig(2);
        other.machine.restore(saved);
        assertEquals(saved, other.machine.save());
        other.open(0);
        other.machine.clock().skipTo(1_000);
        other.upcalls().markPending(0);
        other.run(0, 10);
        assertEquals(998, other.wordAt(AREA + 16 + 16));
        String path = "xen/vcpus/runstate/";
        StateRefusals.assertRefused(rig.machine, saved, path + "states", 0, 4);
        StateRefusals.assertRefused(rig.machine, saved, path + "states", -1, 0);
        StateRefusals.assertRefused(rig.machine, saved, path + "since", 0, 1_000_000);
        StateRefusals.assertRefused(rig.machine, saved, path + "left-at", -1, 0);
    }
}
