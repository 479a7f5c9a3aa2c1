/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.machine;

import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.api.trace.TraceSink;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a VMM wants of a machine. A backend recognises or refuses each part; it never ignores one.
 *
 * @param vcpus number of vCPUs, at least 1; vCPU 0 is on at first, the others are off
 * @param level exception level at which vCPUs start: EL1, or EL2 for a guest that is a hypervisor itself
 * @param memory regions that do not overlap
 * @param channels notification channels that the VMM will use
 * @param asyncPageFaults numbers for asynchronous page faults; empty if the guest is not to have them
 * @param trace receives what happens
 * @param seed decides every choice that the architecture or an interface leaves open
 * @since 0.1
 */
public record MachineRequest(
        int vcpus,
        ExceptionLevel level,
        List<MemoryRegion> memory,
        List<NotificationChannel> channels,
        Optional<AsyncPageFaultRequest> asyncPageFaults,
        TraceSink trace,
        long seed) {
    /** Copies the lists. Contents are judged by the backend, so that all problems are reported at once. */
    public MachineRequest {
        Objects.requireNonNull(level, "level");
        memory = List.copyOf(memory);
        channels = List.copyOf(channels);
        Objects.requireNonNull(asyncPageFaults, "asyncPageFaults");
        Objects.requireNonNull(trace, "trace");
    }

    /**
     * The numbers that the VMM assigns to the guest interface. Which of them it has to name, the backend says by
     * {@link io.faultline.api.capability.AsyncPageFaultLimits#needsEvent()} and
     * {@link io.faultline.api.capability.AsyncPageFaultLimits#needsInterrupt()}; a request with one too many or too few is
     * refused.
     *
     * @param event SDEI event that carries not-present; empty if the mechanism has no event
     * @param interrupt INTID of the PPI that carries ready, and not-present if there is no event; empty if the mechanism has
     *     no interrupt of its own
     */
    public record AsyncPageFaultRequest(OptionalInt event, OptionalInt interrupt) {
        /** Checks for null. The numbers are judged by the backend. */
        public AsyncPageFaultRequest {
            Objects.requireNonNull(event, "event");
            Objects.requireNonNull(interrupt, "interrupt");
        }

        /**
         * Names both numbers.
         *
         * @param event SDEI event that carries not-present
         * @param interrupt INTID of the PPI that carries ready
         */
        public AsyncPageFaultRequest(int event, int interrupt) {
            this(OptionalInt.of(event), OptionalInt.of(interrupt));
        }

        /**
         * Names the interrupt alone.
         *
         * @param interrupt INTID of the PPI that carries not-present and ready
         */
        public AsyncPageFaultRequest(int interrupt) {
            this(OptionalInt.empty(), OptionalInt.of(interrupt));
        }

        /** Names nothing: the guest chooses what carries the notifications. */
        public AsyncPageFaultRequest() {
            this(OptionalInt.empty(), OptionalInt.empty());
        }
    }

    /**
     * Starts a request for one vCPU at EL1, without memory, channels or asynchronous page faults.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Collects a request. Not thread-safe.
     *
     * @since 0.1
     */
    public static final class Builder {
        private int vcpus = 1;
        private ExceptionLevel level = ExceptionLevel.EL1;
        private final List<MemoryRegion> memory = new ArrayList<>();
        private final List<NotificationChannel> channels = new ArrayList<>();
        private Optional<AsyncPageFaultRequest> asyncPageFaults = Optional.empty();
        private TraceSink trace = TraceSink.NONE;
        private long seed;

        private Builder() {}

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
         * Sets the exception level at which vCPUs start.
         *
         * @param start EL1 or EL2
         * @return this builder
         */
        public Builder level(ExceptionLevel start) {
            this.level = Objects.requireNonNull(start, "start");
            return this;
        }

        /**
         * Adds memory.
         *
         * @param region a region
         * @return this builder
         */
        public Builder memory(MemoryRegion region) {
            memory.add(Objects.requireNonNull(region, "region"));
            return this;
        }

        /**
         * Adds a notification channel.
         *
         * @param channel a channel
         * @return this builder
         */
        public Builder channel(NotificationChannel channel) {
            channels.add(Objects.requireNonNull(channel, "channel"));
            return this;
        }

        /**
         * Offers asynchronous page faults to the guest.
         *
         * @param event SDEI event that carries not-present
         * @param interrupt INTID of the PPI that carries ready
         * @return this builder
         */
        public Builder asyncPageFaults(int event, int interrupt) {
            this.asyncPageFaults = Optional.of(new AsyncPageFaultRequest(event, interrupt));
            return this;
        }

        /**
         * Offers asynchronous page faults without an event to the guest.
         *
         * @param interrupt INTID of the PPI that carries not-present and ready
         * @return this builder
         */
        public Builder asyncPageFaults(int interrupt) {
            this.asyncPageFaults = Optional.of(new AsyncPageFaultRequest(interrupt));
            return this;
        }

        /**
         * Offers asynchronous page faults to a guest that chooses itself what carries the notifications.
         *
         * @return this builder
         */
        public Builder asyncPageFaults() {
            this.asyncPageFaults = Optional.of(new AsyncPageFaultRequest());
            return this;
        }

        /**
         * Sets the trace sink.
         *
         * @param sink receives what happens
         * @return this builder
         */
        public Builder trace(TraceSink sink) {
            this.trace = Objects.requireNonNull(sink, "sink");
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
         * Makes the request.
         *
         * @return the immutable request
         */
        public MachineRequest build() {
            return new MachineRequest(vcpus, level, memory, channels, asyncPageFaults, trace, seed);
        }
    }
}
