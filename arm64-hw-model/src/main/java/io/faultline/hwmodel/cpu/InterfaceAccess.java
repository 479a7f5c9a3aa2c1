/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import io.faultline.api.arm64.SystemRegister;
import io.faultline.hwmodel.gic.VirtualInterface;
import io.faultline.hwmodel.registers.RegisterFile;
import java.util.EnumMap;
import java.util.Map;

/**
 * Which interface an ICC register reaches at EL1 while EL2 takes interrupts: the virtual one, the physical one, or EL2
 * itself (IHI 0069, chapter 12 on each register; HCR_EL2.IMO and FMO, ICH_HCR_EL2.TC, TALL0, TALL1 and TDIR).
 */
final class InterfaceAccess {
    private static final long TC = 1L << 10;
    private static final long TALL0 = 1L << 11;
    private static final long TALL1 = 1L << 12;
    private static final long TDIR = 1L << 14;

    /** What becomes of an access. */
    enum Verdict {
        PHYSICAL,
        VIRTUAL,
        TRAPPED
    }

    /** What an ICC register is about. */
    private enum Kind {
        /** Group 0: virtual with FMO. */
        GROUP0(Bits.HCR_FMO, TALL0),
        /** Group 1: virtual with IMO. */
        GROUP1(Bits.HCR_IMO, TALL1),
        /** Both groups: virtual with either. */
        COMMON(Bits.HCR_FMO | Bits.HCR_IMO, TC),
        /** Deactivation, which has a trap of its own besides. */
        DEACTIVATE(Bits.HCR_FMO | Bits.HCR_IMO, TC | TDIR),
        /** Sending: there is no virtual form, EL2 has to do it. */
        SEND(Bits.HCR_FMO | Bits.HCR_IMO, TC),
        /** Always there. */
        ENABLE(0, 0);

        private final long routing;
        private final long traps;

        Kind(long routing, long traps) {
            this.routing = routing;
            this.traps = traps;
        }
    }

    private static final Map<SystemRegister, Kind> KINDS = kinds();

    private final RegisterFile registers;
    private final SystemRegisters system;
    private final VirtualInterface virtualInterface;
    private final int topLevel;

    InterfaceAccess(RegisterFile registers, SystemRegisters system, VirtualInterface virtualInterface, int topLevel) {
        this.registers = registers;
        this.system = system;
        this.virtualInterface = virtualInterface;
        this.topLevel = topLevel;
    }

    private static Map<SystemRegister, Kind> kinds() {
        Map<SystemRegister, Kind> kinds = new EnumMap<>(SystemRegister.class);
        kinds.put(SystemRegister.ICC_IAR0_EL1, Kind.GROUP0);
        kinds.put(SystemRegister.ICC_EOIR0_EL1, Kind.GROUP0);
        kinds.put(SystemRegister.ICC_HPPIR0_EL1, Kind.GROUP0);
        kinds.put(SystemRegister.ICC_BPR0_EL1, Kind.GROUP0);
        kinds.put(SystemRegister.ICC_AP0R0_EL1, Kind.GROUP0);
        kinds.put(SystemRegister.ICC_IGRPEN0_EL1, Kind.GROUP0);
        kinds.put(SystemRegister.ICC_IAR1_EL1, Kind.GROUP1);
        kinds.put(SystemRegister.ICC_EOIR1_EL1, Kind.GROUP1);
        kinds.put(SystemRegister.ICC_HPPIR1_EL1, Kind.GROUP1);
        kinds.put(SystemRegister.ICC_BPR1_EL1, Kind.GROUP1);
        kinds.put(SystemRegister.ICC_AP1R0_EL1, Kind.GROUP1);
        kinds.put(SystemRegister.ICC_IGRPEN1_EL1, Kind.GROUP1);
        kinds.put(SystemRegister.ICC_PMR_EL1, Kind.COMMON);
        kinds.put(SystemRegister.ICC_RPR_EL1, Kind.COMMON);
        kinds.put(SystemRegister.ICC_CTLR_EL1, Kind.COMMON);
        kinds.put(SystemRegister.ICC_DIR_EL1, Kind.DEACTIVATE);
        kinds.put(SystemRegister.ICC_SGI0R_EL1, Kind.SEND);
        kinds.put(SystemRegister.ICC_SGI1R_EL1, Kind.SEND);
        kinds.put(SystemRegister.ICC_ASGI1R_EL1, Kind.SEND);
        kinds.put(SystemRegister.ICC_SRE_EL1, Kind.ENABLE);
        return kinds;
    }

    /** Whether a register is one of the CPU interface. */
    boolean isOfInterface(SystemRegister register) {
        return KINDS.containsKey(register);
    }

    /** Judges an access that the level may make. */
    Verdict judge(SystemRegister register) {
        Kind kind = KINDS.get(register);
        if (topLevel < 2 || registers.level() >= 2 || kind == null) {
            return Verdict.PHYSICAL;
        }
        if ((virtualInterface.read(SystemRegister.ICH_HCR_EL2) & kind.traps) != 0) {
            return Verdict.TRAPPED;
        }
        if (!system.hasAnyHcr(kind.routing)) {
            return Verdict.PHYSICAL;
        }
        return kind == Kind.SEND ? Verdict.TRAPPED : Verdict.VIRTUAL;
    }

    long readVirtual(SystemRegister register) {
        return virtualInterface.readIcv(register);
    }

    void writeVirtual(SystemRegister register, long value) {
        virtualInterface.writeIcv(register, value);
    }
}
