/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.machine;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.pagefault.FaultTicket;
import java.util.Collections;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Why a vCPU stopped.
 *
 * <p>The set is closed. What only one backend knows is a {@link BackendSpecific}.
 *
 * @since 0.1
 */
public sealed interface VcpuExit {
    /**
     * The budget is used up.
     *
     * @param executed number of instructions executed in this call, counted as {@link Vcpu#retired()} counts
     */
    record BudgetExhausted(long executed) implements VcpuExit {}

    /** The step was made. */
    record Stepped() implements VcpuExit {}

    /** Somebody called {@link Vcpu#kick()}. */
    record Kicked() implements VcpuExit {}

    /** The vCPU is off; it runs again after another vCPU turns it on. */
    record PoweredOff() implements VcpuExit {}

    /**
     * The guest waits for an interrupt and none is pending.
     *
     * @param deadline virtual time in nanoseconds at which a timer of this vCPU fires or its wait ends by itself; empty if
     *     neither happens
     */
    record WaitForInterrupt(OptionalLong deadline) implements VcpuExit {
        /** Checks for null. */
        public WaitForInterrupt {
            Objects.requireNonNull(deadline, "deadline");
        }
    }

    /**
     * The vCPU needs a page that is not there. Running it again has an effect once the page has arrived, or, if it
     * is interruptible, an interrupt or event can be taken.
     *
     * @param ticket the fault
     * @param interruptible whether the vCPU still takes interrupts and events while it waits
     */
    record WaitForPage(FaultTicket ticket, boolean interruptible) implements VcpuExit {
        /** Checks for null. */
        public WaitForPage {
            Objects.requireNonNull(ticket, "ticket");
        }
    }

    /**
     * The guest reads from an address without memory. The VMM answers with {@link Vcpu#completeMmioRead}. The instruction
     * is complete but for the value: PC is that of the next one.
     *
     * @param address guest-physical address
     * @param width size
     */
    record MmioRead(long address, AccessWidth width) implements VcpuExit {
        /** Checks for null. */
        public MmioRead {
            Objects.requireNonNull(width, "width");
        }
    }

    /**
     * The guest wrote to an address without memory. The instruction is complete.
     *
     * @param address guest-physical address
     * @param width size
     * @param value the value, zero-extended
     */
    record MmioWrite(long address, AccessWidth width, long value) implements VcpuExit {
        /** Checks for null. */
        public MmioWrite {
            Objects.requireNonNull(width, "width");
        }
    }

    /**
     * The guest ended or restarted the machine.
     *
     * @param kind which of the two
     */
    record SystemEvent(Kind kind) implements VcpuExit {
        /** What the guest asked for. */
        public enum Kind {
            /** PSCI SYSTEM_OFF. */
            OFF,
            /** PSCI SYSTEM_RESET. */
            RESET
        }

        /** Checks for null. */
        public SystemEvent {
            Objects.requireNonNull(kind, "kind");
        }
    }

    /**
     * The guest cannot go on, for example since its exception vectors are not memory. The vCPU stays where it is.
     *
     * @param pc address at which it is stuck
     * @param syndrome ESR of the last exception, or 0
     * @param reason one sentence for people
     */
    record Unrecoverable(long pc, long syndrome, String reason) implements VcpuExit {
        /** Checks for null. */
        public Unrecoverable {
            Objects.requireNonNull(reason, "reason");
        }
    }

    /**
     * Something that only this backend knows.
     *
     * @param kind stable name, prefixed by the id of the backend and a colon
     * @param details name to value, sorted, unmodifiable
     */
    record BackendSpecific(String kind, SortedMap<String, Long> details) implements VcpuExit {
        /** Copies the map. */
        public BackendSpecific {
            Objects.requireNonNull(kind, "kind");
            details = Collections.unmodifiableSortedMap(new TreeMap<>(details));
        }
    }
}
