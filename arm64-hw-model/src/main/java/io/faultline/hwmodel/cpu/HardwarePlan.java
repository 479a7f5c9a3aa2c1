/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import io.faultline.api.arm64.Affinity;
import io.faultline.hwmodel.memory.RamRegion;
import io.faultline.hwmodel.timer.VirtualClock;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a machine is made of.
 *
 * @param ram where there is RAM; the regions must not overlap
 * @param affinities affinity of each PE, in index order, all different, at least one
 * @param nanosPerInstruction virtual time that an instruction takes, 1 to 1000000 ns
 * @since 0.1
 */
public record HardwarePlan(List<RamRegion> ram, List<Affinity> affinities, long nanosPerInstruction) {
    /** Copies the lists. What is wrong with them is found when the machine is made. */
    public HardwarePlan {
        ram = List.copyOf(ram);
        affinities = List.copyOf(affinities);
    }

    /**
     * Plans a machine with one nanosecond for an instruction.
     *
     * @param ram where there is RAM
     * @param processors number of PEs, with {@link Affinity#ofIndex} as affinities
     * @return the plan
     */
    public static HardwarePlan of(List<RamRegion> ram, int processors) {
        List<Affinity> affinities =
                IntStream.range(0, processors).mapToObj(Affinity::ofIndex).toList();
        return new HardwarePlan(ram, affinities, VirtualClock.DEFAULT_NANOS_PER_INSTRUCTION);
    }
}
