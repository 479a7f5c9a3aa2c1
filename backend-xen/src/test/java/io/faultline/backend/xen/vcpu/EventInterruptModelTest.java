/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.SystemRegister;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random deeds of hypervisor and guest against a model of one byte and one interrupt, in each style. */
class EventInterruptModelTest {
    private static final int SPURIOUS = 1023;

    /** What xen.md 5.3 says, column by column. */
    private static final class Model {
        final UpcallStyle style;
        int value;
        boolean asserted;
        boolean active;

        Model(UpcallStyle style) {
            this.style = style;
        }

        boolean isPending() {
            return style == UpcallStyle.LEVEL ? value != 0 : asserted;
        }

        void mark() {
            if ((value & 1) == 0) {
                value |= 1;
                asserted = true;
            }
        }

        void look() {
            if (style == UpcallStyle.RESAMPLED) {
                asserted = value != 0;
            }
        }

        boolean acknowledge() {
            if (active || !isPending()) {
                return false;
            }
            active = true;
            asserted &= style != UpcallStyle.EDGE;
            return true;
        }

        void end() {
            if (active) {
                active = false;
                look();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(UpcallStyle.class)
    void theInterruptIsWhatTheModelSays(UpcallStyle style) {
        VcpuRig rig = new VcpuRig(1, style);
        Random random = new Random(5);
        int taken = 0;
        for (int round = 0; round < 20; round++) {
            rig.machine.reset();
            rig.byteAt(VcpuRig.INFO, 0);
            rig.open(0);
            Model model = new Model(style);
            rig.upcalls().register(0, rig.frame(VcpuRig.INFO), 0);
            model.mark();
            for (int turn = 0; turn < 150; turn++) {
                String when = style + ", round " + round + ", turn " + turn;
                switch (random.nextInt(7)) {
                    case 0, 1 -> {
                        rig.upcalls().markPending(0);
                        model.mark();
                    }
                    case 2, 3 -> {
                        int value = random.nextInt(3) == 0 ? random.nextInt(4) : 0;
                        store(rig, value);
                        model.value = value;
                    }
                    case 4 -> {
                        boolean got = model.acknowledge();
                        taken += got ? 1 : 0;
                        assertEquals(got ? VcpuRig.PPI : SPURIOUS, acknowledge(rig), when);
                    }
                    case 5 -> {
                        if (model.active) {
                            rig.host().gic().cpuInterface(0).write(SystemRegister.ICC_EOIR1_EL1, VcpuRig.PPI);
                        }
                        model.end();
                    }
                    default -> {
                        rig.call(0, TestPersonality.SCHED_OP, 0);
                        model.look();
                    }
                }
                assertEquals(model.value, rig.byteAt(VcpuRig.INFO), when);
                assertEquals(model.isPending(), rig.isPending(0), when);
                assertEquals(model.active, rig.redistributor(0).isActive(VcpuRig.PPI), when);
            }
        }
        assertTrue(taken > 100, "taken " + taken);
    }

    private static long acknowledge(VcpuRig rig) {
        return rig.host().gic().cpuInterface(0).read(SystemRegister.ICC_IAR1_EL1);
    }

    /** The guest executes STRB W3, [X2]. */
    private static void store(VcpuRig rig, int value) {
        rig.code(VcpuRig.CODE, 0x39000043);
        rig.x(0, 2, VcpuRig.INFO);
        rig.x(0, 3, value);
        rig.vcpu(0).write(CoreRegister.PC, VcpuRig.CODE);
        rig.step(0);
    }
}
