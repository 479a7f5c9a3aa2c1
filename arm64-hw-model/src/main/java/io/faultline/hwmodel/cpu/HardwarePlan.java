/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import io.faultline.api.arm64.Affinity;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.hwmodel.memory.RamRegion;
import io.faultline.hwmodel.mmu.TlbMode;
import io.faultline.hwmodel.timer.VirtualClock;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * What a machine is made of.
 *
 * @param ram where there is RAM; the regions must not overlap
 * @param affinities affinity of each PE, in index order, all different, at least one
 * @param topLevel highest exception level at which the guest runs, EL1 or EL2; it starts there
 * @param tlb how translations are remembered
 * @param nanosPerInstruction virtual time that an instruction takes, 1 to 1000000 ns
 * @since 0.1
 */
public record HardwarePlan(
        List<RamRegion> ram,
        List<Affinity> affinities,
        ExceptionLevel topLevel,
        TlbMode tlb,
        long nanosPerInstruction) {
    /**
     * Copies the lists. What is wrong with them is found when the machine is made.
     *
     * @throws IllegalArgumentException if the guest is to run at EL3, or at EL0 only
     */
    public HardwarePlan {
        if (topLevel != ExceptionLevel.EL1 && topLevel != ExceptionLevel.EL2) {
            throw new IllegalArgumentException("a guest starts at EL1 or EL2, not at " + topLevel);
        }
        Objects.requireNonNull(tlb, "tlb");
        ram = List.copyOf(ram);
        affinities = List.copyOf(affinities);
    }

    /**
     * Plans a machine with a guest at EL1 and with one nanosecond for an instruction.
     *
     * @param ram where there is RAM
     * @param processors number of PEs, with {@link Affinity#ofIndex} as affinities
     * @return the plan
     */
    public static HardwarePlan of(List<RamRegion> ram, int processors) {
        List<Affinity> affinities =
                IntStream.range(0, processors).mapToObj(Affinity::ofIndex).toList();
        return new HardwarePlan(
                ram, affinities, ExceptionLevel.EL1, TlbMode.NORMAL, VirtualClock.DEFAULT_NANOS_PER_INSTRUCTION);
    }

    /**
     * Returns this plan with another exception level of the guest.
     *
     * @param level EL1 or EL2
     * @return the changed plan
     */
    public HardwarePlan withTopLevel(ExceptionLevel level) {
        return new HardwarePlan(ram, affinities, level, tlb, nanosPerInstruction);
    }

    /**
     * Returns this plan with another way to remember translations.
     *
     * @param mode how translations are remembered
     * @return the changed plan
     */
    public HardwarePlan withTlb(TlbMode mode) {
        return new HardwarePlan(ram, affinities, topLevel, mode, nanosPerInstruction);
    }
}
