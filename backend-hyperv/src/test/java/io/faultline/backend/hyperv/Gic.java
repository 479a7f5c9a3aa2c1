/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.backend.core.machine.MachineLayout;

/** A guest sets its interrupt controller up. */
final class Gic {
    private static final long SGI_FRAME = 0x1_0000L;
    private static final long CODE = HypervRig.RAM + 0x3000;
    private static final int STR_W0_X1 = 0xB900_0020;

    private Gic() {}

    /** Group 1, enabled, of the highest priority, and the CPU interface lets it through. */
    static void enable(HypervRig rig, int vcpu, int intid) {
        long redistributor = MachineLayout.REDISTRIBUTORS + MachineLayout.REDISTRIBUTOR_BYTES * vcpu;
        long frame = redistributor + SGI_FRAME;
        rig.words(CODE, STR_W0_X1);
        store(rig, vcpu, MachineLayout.DISTRIBUTOR, 0b10);
        store(rig, vcpu, redistributor + 0x14, 0);
        store(rig, vcpu, frame + 0x80, -1);
        store(rig, vcpu, frame + 0x400 + intid / 4 * 4, 0);
        store(rig, vcpu, frame + 0x100, 1 << intid);
        rig.vcpu(vcpu).write(SystemRegister.ICC_PMR_EL1, 0xF0);
        rig.vcpu(vcpu).write(SystemRegister.ICC_IGRPEN1_EL1, 1);
        rig.vcpu(vcpu).write(CoreRegister.PC, HypervRig.CODE + 8);
    }

    private static void store(HypervRig rig, int vcpu, long address, int value) {
        rig.vcpu(vcpu).write(CoreRegister.PC, CODE);
        rig.vcpu(vcpu).write(CoreRegister.X0, Integer.toUnsignedLong(value));
        rig.vcpu(vcpu).write(CoreRegister.x(1), address);
        rig.vcpu(vcpu).step();
    }
}
