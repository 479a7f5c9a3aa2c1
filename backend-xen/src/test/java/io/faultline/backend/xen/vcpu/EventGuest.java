/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.machine.VcpuExit;
import io.faultline.backend.core.frame.Frame;

/**
 * A guest that sleeps until there are events and handles them as drivers do: clear the byte, take the selector, take what
 * is pending, look at the byte again. Its one port is a word in memory.
 */
final class EventGuest {
    private static final int UPCALLS = 15;
    private static final int HANDLED = 12;
    private static final int INFO = 20;
    private static final int PENDING = 21;
    private static final long SELECTOR = 8;

    private static final int[] IDLE_LOOP = {
        VcpuRig.MASK, VcpuRig.WFI, VcpuRig.UNMASK, 0x17FF_FFFD, // B -3
    };

    private static final int[] HANDLER = {
        0xD5200000 | SystemRegister.ICC_IAR1_EL1.encoding() << 5 | 10,
        0x910005EF, // ADD X15, X15, #1
        0x3900029F, // STRB WZR, [X20]
        0x9100228B, // ADD X11, X20, #8
        0xF83F816D, // SWP XZR, X13, [X11]
        0xB400008D, // CBZ X13, +4
        0xF83F82AE, // SWP XZR, X14, [X21]
        0xB400004E, // CBZ X14, +2
        0x9100058C, // ADD X12, X12, #1
        0x3940028D, // LDRB W13, [X20]
        0xB5FFFF0D, // CBNZ X13, -8
        0xD5000000 | SystemRegister.ICC_EOIR1_EL1.encoding() << 5 | 10,
        VcpuRig.ERET,
    };
    /** The first instruction after the last look at the byte. */
    static final long BEFORE_END = VcpuRig.IRQ_VECTOR + 11 * 4;

    final VcpuRig rig;
    private final int vcpu;

    EventGuest(VcpuRig rig, int vcpu) {
        this.rig = rig;
        this.vcpu = vcpu;
    }

    /** Starts the guest anew and lets it handle the upcall of the registration. */
    EventGuest start() {
        prepare();
        rig.upcalls().register(vcpu, rig.frame(VcpuRig.INFO), 0);
        settle();
        return this;
    }

    /** Sets registers and memory, and nothing of the hypervisor. */
    void prepare() {
        rig.code(VcpuRig.CODE, IDLE_LOOP);
        rig.code(VcpuRig.IRQ_VECTOR, HANDLER);
        rig.wordAt(VcpuRig.DATA, 0);
        rig.open(vcpu);
        rig.x(vcpu, UPCALLS, 0);
        rig.x(vcpu, HANDLED, 0);
        rig.x(vcpu, INFO, VcpuRig.INFO);
        rig.x(vcpu, PENDING, VcpuRig.DATA);
        rig.vcpu(vcpu).write(CoreRegister.PC, VcpuRig.CODE);
    }

    /** Sends an event in the way of the two-level ABI, unmasked. */
    void send() {
        if (!rig.frame(VcpuRig.DATA).testAndSet64(0, 1)) {
            Frame info = rig.upcalls().infoFrame(vcpu);
            if (!info.testAndSet64(rig.upcalls().infoOffset(vcpu) + (int) SELECTOR, 1)) {
                rig.upcalls().markPending(vcpu);
            }
        }
    }

    VcpuExit step() {
        return rig.step(vcpu);
    }

    /** Runs until the guest sleeps. */
    void settle() {
        VcpuExit exit = rig.run(vcpu, 2000);
        if (!(exit instanceof VcpuExit.WaitForInterrupt)) {
            throw new AssertionError("the guest does not come to rest: " + exit + " at " + Long.toHexString(pc()));
        }
    }

    long pc() {
        return rig.pc(vcpu);
    }

    long handled() {
        return rig.x(vcpu, HANDLED);
    }

    long upcalls() {
        return rig.x(vcpu, UPCALLS);
    }

    boolean isUnhandled() {
        return rig.wordAt(VcpuRig.DATA) != 0;
    }
}
