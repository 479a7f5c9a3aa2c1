/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a VMM must know to build the machine that a saved guest goes on in. All else is in the guest's state.
 *
 * @param vcpus number of vCPUs
 * @param memory regions by ascending address
 * @param level exception level at which vCPUs start, EL1 or EL2
 * @param epoch time of the real-time clock at the virtual time 0, seconds since 1970
 * @param seed decides what the backend leaves open
 * @param errorEvent whether the VMM may report memory errors by an SDEI event
 * @since 0.1
 */
public record MachineShape(
        int vcpus, List<MemoryRegion> memory, ExceptionLevel level, long epoch, long seed, boolean errorEvent) {
    /** How many regions a machine that moves may have. */
    public static final int MOST_REGIONS = 16;

    /** How much memory a machine that moves may have: 64 GiB. The map of its pages is 2 MiB then. */
    public static final long MOST_BYTES = 64L << 30;

    private static final int MOST_VCPUS = 512;

    /**
     * Checks for null and copies the list. Whether there can be such a machine is for the backend to say.
     */
    public MachineShape {
        Objects.requireNonNull(level, "level");
        memory = List.copyOf(memory);
    }

    /**
     * Makes the shape of a machine whose VMM reports no memory errors.
     *
     * @param vcpus number of vCPUs
     * @param memory regions by ascending address
     * @param level exception level at which vCPUs start, EL1 or EL2
     * @param epoch time of the real-time clock at the virtual time 0, seconds since 1970
     * @param seed decides what the backend leaves open
     */
    public MachineShape(int vcpus, List<MemoryRegion> memory, ExceptionLevel level, long epoch, long seed) {
        this(vcpus, memory, level, epoch, seed, false);
    }

    /**
     * Says why a guest in such a machine cannot move.
     *
     * @return a clause; empty if it can
     */
    public Optional<String> obstacle() {
        if (vcpus < 1 || vcpus > MOST_VCPUS) {
            return Optional.of(vcpus + " vCPUs are not 1 to " + MOST_VCPUS);
        }
        if (memory.isEmpty() || memory.size() > MOST_REGIONS) {
            return Optional.of(memory.size() + " regions of memory are not 1 to " + MOST_REGIONS);
        }
        long total = 0;
        for (int i = 0; i < memory.size(); i++) {
            // Regions are at most 2^48 bytes long, so that the sum of a few cannot overflow.
            total += memory.get(i).bytes();
            if (i > 0 && memory.get(i - 1).end() > memory.get(i).base()) {
                return Optional.of(
                        "regions " + memory.get(i - 1) + " and " + memory.get(i) + " overlap or are not in order");
            }
        }
        return total > MOST_BYTES
                ? Optional.of((total >> 20) + " MiB of memory are more than " + (MOST_BYTES >> 20) + " MiB")
                : Optional.empty();
    }

    /**
     * Returns the shape of the machine that a configuration describes.
     *
     * @param configuration the guest and what it gets
     * @return the shape
     */
    public static MachineShape of(GuestConfiguration configuration) {
        return new MachineShape(
                configuration.vcpus(),
                configuration.memory(),
                configuration.level(),
                configuration.epoch(),
                configuration.seed(),
                configuration.acpi());
    }

    /**
     * Writes the shape.
     *
     * @param writer where to
     */
    public void save(StateWriter writer) {
        writer.word("vcpus", vcpus);
        writer.word("level", level.number());
        writer.word("epoch", epoch);
        writer.word("seed", seed);
        writer.flag("error-event", errorEvent);
        long[] regions = new long[memory.size() * 3];
        for (int i = 0; i < memory.size(); i++) {
            regions[3 * i] = memory.get(i).base();
            regions[3 * i + 1] = memory.get(i).bytes();
            regions[3 * i + 2] = memory.get(i).writable() ? 1 : 0;
        }
        writer.words("memory", regions);
    }

    /**
     * Reads what {@link #save} wrote.
     *
     * @param reader where from
     * @return the shape
     * @throws io.faultline.api.error.HypervisorException with INVALID_STATE if it is impossible
     */
    public static MachineShape restore(StateReader reader) {
        int vcpus = reader.integer("vcpus", 1, MOST_VCPUS);
        ExceptionLevel level = ExceptionLevel.of(reader.integer("level", 1, 2));
        long epoch = reader.word("epoch");
        long seed = reader.word("seed");
        boolean errorEvent = reader.flag("error-event");
        long[] regions = reader.words("memory");
        if (regions.length % 3 != 0 || regions.length > 3 * MOST_REGIONS) {
            throw reader.invalid("memory", "has " + regions.length + " words");
        }
        try {
            List<MemoryRegion> memory = new ArrayList<>();
            for (int i = 0; i < regions.length; i += 3) {
                memory.add(new MemoryRegion(regions[i], regions[i + 1], regions[i + 2] != 0));
            }
            MachineShape shape = new MachineShape(vcpus, memory, level, epoch, seed, errorEvent);
            Optional<String> obstacle = shape.obstacle();
            if (obstacle.isPresent()) {
                throw reader.invalid("memory", "is impossible: " + obstacle.get());
            }
            return shape;
        } catch (IllegalArgumentException impossible) {
            throw reader.invalid("memory", "is impossible: " + impossible.getMessage());
        }
    }
}
