/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm;

import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.trace.TraceSink;
import io.faultline.vmm.device.Pl031Clock;
import io.faultline.vmm.image.DeviceTree;
import io.faultline.vmm.image.GuestImage;
import io.faultline.vmm.image.Ramdisk;
import io.faultline.vmm.paging.AbsentRange;
import io.faultline.vmm.vmbus.VmbusConfiguration;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A guest and the machine it gets.
 *
 * @param image the guest
 * @param vcpus number of vCPUs, at least 1
 * @param ram the memory
 * @param level exception level at which the guest starts, EL1 or EL2
 * @param deviceTree tree to hand to the guest in X0; empty for one that describes the machine
 * @param ramdisk initial ramdisk that the tree names; empty for none
 * @param commandLine command line in the tree; empty for what the tree says
 * @param acpi whether ACPI tables describe the machine to the guest, a Linux kernel, instead of a device tree
 * @param memoryErrors memory errors that happen while the guest runs
 * @param absent pages that are absent when the guest starts, besides those that the image names
 * @param maxInstructions budget over all vCPUs, at least 1
 * @param epoch time of the real-time clock at the start, seconds since 1970
 * @param seed decides the order and the lengths of the vCPUs' slices, and every choice that the backend has
 * @param trace receives what happens in the machine
 * @param vmbus whether the machine has a VMBus
 * @param consoleOutput takes what the guest sends
 * @param consoleInput supplies what the guest receives
 * @since 0.1
 */
public record GuestConfiguration(
        GuestImage image,
        int vcpus,
        MemoryRegion ram,
        ExceptionLevel level,
        Optional<DeviceTree> deviceTree,
        Optional<Ramdisk> ramdisk,
        Optional<String> commandLine,
        boolean acpi,
        List<MemoryErrorInjection> memoryErrors,
        List<AbsentRange> absent,
        long maxInstructions,
        long epoch,
        long seed,
        TraceSink trace,
        VmbusConfiguration vmbus,
        OutputStream consoleOutput,
        InputStream consoleInput) {
    /** First address of memory, as on QEMU's {@code virt} board. */
    public static final long RAM_BASE = 0x4000_0000L;

    /** Where QEMU's {@code virt} board has its flash, here plain memory. */
    public static final MemoryRegion FIRMWARE = MemoryRegion.ram(0, 0x0800_0000L);

    /** Amount of memory when nobody says otherwise: 128 MiB. */
    public static final long DEFAULT_RAM_BYTES = 128L << 20;

    /** Budget when nobody says otherwise: ten thousand million instructions. */
    public static final long DEFAULT_MAX_INSTRUCTIONS = 10_000_000_000L;

    /**
     * Checks the ranges and copies the lists.
     *
     * @throws IllegalArgumentException if the number of vCPUs or the budget is less than 1
     */
    public GuestConfiguration {
        Objects.requireNonNull(image, "image");
        Objects.requireNonNull(ram, "ram");
        Objects.requireNonNull(level, "level");
        Objects.requireNonNull(deviceTree, "deviceTree");
        Objects.requireNonNull(ramdisk, "ramdisk");
        Objects.requireNonNull(commandLine, "commandLine");
        Objects.requireNonNull(trace, "trace");
        Objects.requireNonNull(vmbus, "vmbus");
        Objects.requireNonNull(consoleOutput, "consoleOutput");
        Objects.requireNonNull(consoleInput, "consoleInput");
        memoryErrors = List.copyOf(memoryErrors);
        absent = List.copyOf(absent);
        if (vcpus < 1) {
            throw new IllegalArgumentException("a machine needs at least 1 vCPU, not " + vcpus);
        }
        if (maxInstructions < 1) {
            throw new IllegalArgumentException("a budget of " + maxInstructions + " instructions is less than 1");
        }
    }

    /**
     * Returns the memory of the machine: RAM, and below it room for firmware if the image needs that.
     *
     * @return regions by ascending address, RAM last
     */
    public List<MemoryRegion> memory() {
        boolean firmware = image.segments().get(0).address() < FIRMWARE.end();
        return firmware ? List.of(FIRMWARE, ram) : List.of(ram);
    }

    /**
     * Starts a configuration: one vCPU, 128 MiB, EL1, a device tree that describes the machine, a console that swallows everything.
     *
     * @param image the guest
     * @return a builder
     */
    public static Builder of(GuestImage image) {
        return new Builder(image);
    }

    /**
     * Collects a configuration. Not thread-safe.
     *
     * @since 0.1
     */
    public static final class Builder {
        private final GuestImage image;
        private int vcpus = 1;
        private MemoryRegion ram = MemoryRegion.ram(RAM_BASE, DEFAULT_RAM_BYTES);
        private ExceptionLevel level = ExceptionLevel.EL1;
        private Optional<DeviceTree> deviceTree = Optional.empty();
        private Optional<Ramdisk> ramdisk = Optional.empty();
        private Optional<String> commandLine = Optional.empty();
        private boolean acpi;
        private final List<MemoryErrorInjection> memoryErrors = new ArrayList<>();
        private final List<AbsentRange> absent = new ArrayList<>();
        private long maxInstructions = DEFAULT_MAX_INSTRUCTIONS;
        private long epoch = Pl031Clock.DEFAULT_EPOCH;
        private long seed;
        private TraceSink trace = TraceSink.NONE;
        private VmbusConfiguration vmbus = VmbusConfiguration.AUTOMATIC;
        private OutputStream consoleOutput = OutputStream.nullOutputStream();
        private InputStream consoleInput = InputStream.nullInputStream();

        private Builder(GuestImage image) {
            this.image = image;
        }

        /**
         * Sets the number of vCPUs.
         *
         * @param count at least 1
         * @return this builder
         */
        public Builder vcpus(int count) {
            this.vcpus = count;
            return this;
        }

        /**
         * Sets the amount of memory.
         *
         * @param bytes a positive multiple of 4096
         * @return this builder
         * @throws IllegalArgumentException if it is not, or more than the address space holds
         */
        public Builder ramBytes(long bytes) {
            this.ram = MemoryRegion.ram(RAM_BASE, bytes);
            return this;
        }

        /**
         * Hands a device tree to the guest.
         *
         * @param tree the tree
         * @return this builder
         */
        public Builder deviceTree(DeviceTree tree) {
            this.deviceTree = Optional.of(tree);
            return this;
        }

        /**
         * Sets the exception level at which the guest starts.
         *
         * @param start EL1 or EL2
         * @return this builder
         */
        public Builder level(ExceptionLevel start) {
            this.level = start;
            return this;
        }

        /**
         * Hands an initial ramdisk to the guest.
         *
         * @param disk the ramdisk
         * @return this builder
         */
        public Builder ramdisk(Ramdisk disk) {
            this.ramdisk = Optional.of(disk);
            return this;
        }

        /**
         * Sets the command line of the guest.
         *
         * @param text the command line
         * @return this builder
         */
        public Builder commandLine(String text) {
            this.commandLine = Optional.of(text);
            return this;
        }

        /**
         * Describes the machine by ACPI tables instead of a device tree.
         *
         * @return this builder
         */
        public Builder acpi() {
            this.acpi = true;
            return this;
        }

        /**
         * Lets a memory error happen while the guest runs.
         *
         * @param error where, when and how
         * @return this builder
         */
        public Builder memoryError(MemoryErrorInjection error) {
            memoryErrors.add(Objects.requireNonNull(error, "error"));
            return this;
        }

        /**
         * Makes pages absent when the guest starts.
         *
         * @param range the pages
         * @return this builder
         */
        public Builder absent(AbsentRange range) {
            absent.add(Objects.requireNonNull(range, "range"));
            return this;
        }

        /**
         * Sets the budget.
         *
         * @param instructions over all vCPUs, at least 1
         * @return this builder
         */
        public Builder maxInstructions(long instructions) {
            this.maxInstructions = instructions;
            return this;
        }

        /**
         * Sets the real-time clock.
         *
         * @param seconds since 1970
         * @return this builder
         */
        public Builder epoch(long seconds) {
            this.epoch = seconds;
            return this;
        }

        /**
         * Sets the seed.
         *
         * @param value any value
         * @return this builder
         */
        public Builder seed(long value) {
            this.seed = value;
            return this;
        }

        /**
         * Sets the trace sink.
         *
         * @param sink receives what happens
         * @return this builder
         */
        public Builder trace(TraceSink sink) {
            this.trace = sink;
            return this;
        }

        /**
         * Says whether the machine has a VMBus. Unless said otherwise, it has one without channels if the backend has synthetic
         * interrupt controllers.
         *
         * @param bus what it is like
         * @return this builder
         */
        public Builder vmbus(VmbusConfiguration bus) {
            this.vmbus = bus;
            return this;
        }

        /**
         * Sets the console.
         *
         * @param output takes what the guest sends
         * @param input supplies what the guest receives; only bytes that are available without waiting are read
         * @return this builder
         */
        public Builder console(OutputStream output, InputStream input) {
            this.consoleOutput = output;
            this.consoleInput = input;
            return this;
        }

        /**
         * Makes the configuration.
         *
         * @return the immutable configuration
         */
        public GuestConfiguration build() {
            return new GuestConfiguration(
                    image,
                    vcpus,
                    ram,
                    level,
                    deviceTree,
                    ramdisk,
                    commandLine,
                    acpi,
                    memoryErrors,
                    absent,
                    maxInstructions,
                    epoch,
                    seed,
                    trace,
                    vmbus,
                    consoleOutput,
                    consoleInput);
        }
    }
}
