/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.pagefault.Veto;
import java.util.Objects;
import java.util.Set;

/**
 * Where mechanisms for asynchronous page faults really differ, as parameters of the one engine.
 *
 * <p>The first thirteen components are the axes of async-page-fault.md 11.3 in its order; the others are choices that the
 * engine has to make anyway. A backend states its policy once and the engine never asks which backend it serves.
 *
 * @param tokenOwner who chooses tokens (axis 1)
 * @param timing when not-present is taken (axis 2)
 * @param slots whether not-present and ready share a slot (axis 3)
 * @param decline how a guest refuses asynchronous handling (axis 4)
 * @param undeliverable how a vCPU waits if the guest is not told (axis 5)
 * @param readyScope which vCPU takes ready (axis 6)
 * @param readyCapacity how many ready notifications may be shown and not acknowledged at one time on one vCPU, at least
 *     1: 1 for a word, n for a ring, {@link Integer#MAX_VALUE} for a bitmap (axis 7)
 * @param acknowledgement what frees the place of a ready notification (axis 8)
 * @param afterRestore what becomes of announced faults in a restored machine (axis 9)
 * @param hiddenCompletion whether the end of a fault that was not announced is shown (axis 10)
 * @param disableEffect what becomes of announced faults when the guest disables the mechanism (axis 11)
 * @param enableAgain what enabling means on a vCPU that is enabled (axis 12)
 * @param readyMasking what happens to ready while its interrupt is masked (axis 13)
 * @param earlyArrival what happens if the page comes before not-present is taken
 * @param repeatedFaults what a further access to a page does whose fault was announced and whose page is on its way
 * @param supervisorFaults how a vCPU waits after an access in supervisor mode, whatever the veto
 * @param wakeAllOnEnable whether each transition from disabled to enabled shows a wake-all (APF-141)
 * @param limit largest number of announced faults outstanding on one vCPU, at least 1 (APF-132)
 * @param failureLimit after how many failures in a row a page is brought in synchronously, at least 1 (APF-093)
 * @since 0.1
 */
public record Policy(
        TokenOwner tokenOwner,
        Timing timing,
        Slots slots,
        Decline decline,
        WaitMode undeliverable,
        ReadyScope readyScope,
        int readyCapacity,
        Acknowledgement acknowledgement,
        AfterRestore afterRestore,
        HiddenCompletion hiddenCompletion,
        DisableEffect disableEffect,
        EnableAgain enableAgain,
        ReadyMasking readyMasking,
        EarlyArrival earlyArrival,
        RepeatedFaults repeatedFaults,
        WaitMode supervisorFaults,
        boolean wakeAllOnEnable,
        int limit,
        int failureLimit) {
    /** Vetoes after which a vCPU stops under every policy, by name, and why parking would not do. */
    private static final Set<String> ALWAYS_STOP = Set.of(
            // Further faults of the interrupting context would have no slot either (APF-132).
            Veto.LIMIT_REACHED.name(),
            // "Forced synchronous" is the promise (APF-093).
            Veto.FAILED_BEFORE.name(),
            // Nothing is on its way: only the VMM can help.
            Veto.NO_SOURCE.name(),
            // The VMM asked for exactly this (APF-086).
            Veto.VMM_DECLINED.name(),
            // An interrupt handler of the mechanism would touch the same page again (APF-036).
            Veto.AREA_PAGE.name());

    /** Who chooses the token of a fault. */
    public enum TokenOwner {
        /** The host, one for each fault. */
        HOST_PER_FAULT,
        /** The guest, one for each task; a task has one fault outstanding at most. */
        GUEST_PER_TASK,
        /** Nobody: the number of the page serves as token. */
        PAGE_ADDRESS
    }

    /** When not-present is taken. */
    public enum Timing {
        /** Before the vCPU executes another instruction (APF-071). */
        SYNCHRONOUS,
        /** In the exit of the access itself: when {@link NotPresentRoute#deliver} returns, the handler is entered. */
        ENTERED,
        /** When the vCPU can take it; until then the vCPU is parked at the instruction (APF-072). */
        PENDING
    }

    /** Whether the two notifications have a slot in common. */
    public enum Slots {
        /** Neither is written while the other is not consumed (APF-034). */
        SHARED,
        /** Each has its own. */
        SEPARATE
    }

    /**
     * How a guest refuses asynchronous handling of one fault after it was told. Refusing beforehand, by a mask, is a
     * {@link VetoRule}; the VMM refuses through {@link io.faultline.api.pagefault.FaultDecision} under every policy.
     */
    public enum Decline {
        /** It cannot; answers are ignored. */
        NONE,
        /** By its answer to not-present. Ready is held back until there is an answer (APF-081). */
        BY_REPLY
    }

    /** How a vCPU waits for a page. */
    public enum WaitMode {
        /** It simply stops. */
        STOP,
        /** It still takes interrupts and events: host-async. */
        PARK
    }

    /** Which vCPU takes a ready notification. */
    public enum ReadyScope {
        /** The one that the fault was announced on. */
        LOCAL,
        /** Any that can, the one of the fault first and then in the order of their indices (APF-110). */
        FLOATING
    }

    /** What frees the place of a ready notification. */
    public enum Acknowledgement {
        /** Nothing: once shown it no longer counts. The slot says whether there is room. */
        NONE,
        /** The guest clears the slot. */
        WORD,
        /** The guest makes a call or writes a register; also an end of message. The slot is not looked at. */
        CALL,
        /** Both: the call is made and the slot is clear (APF-100). */
        WORD_AND_CALL
    }

    /** What becomes of announced faults in a restored machine. */
    public enum AfterRestore {
        /** They go on with their tokens, and their pages are asked for again. */
        CARRY,
        /** One wake-all on each enabled vCPU ends them (APF-143). */
        WAKE_ALL,
        /** Each is completed by a ready notification of its own, whether its page is there or not. */
        DRAIN
    }

    /** Whether the end of a fault that was not announced is shown to the guest. */
    public enum HiddenCompletion {
        /** It is not (APF-090). */
        SILENT,
        /** It is, with a token that the guest has never seen; what the arm64 series of 2021 did. */
        SHOWN
    }

    /** What becomes of announced faults when the guest disables the mechanism. */
    public enum DisableEffect {
        /** They are cancelled and never shown (APF-148). */
        CANCEL,
        /** A wake-all ends them that is shown before disabling is over; they are cancelled if there is no room for it. */
        WAKE_ALL,
        /** They go on and may still be shown. */
        KEEP
    }

    /** What enabling means on a vCPU that is enabled. */
    public enum EnableAgain {
        /** Nothing changes. */
        NO_EFFECT,
        /** One more wake-all. */
        WAKE_ALL
    }

    /** What happens to ready while its interrupt is masked. */
    public enum ReadyMasking {
        /** It is shown and stays pending in the interrupt controller (APF-107). */
        STAYS_PENDING,
        /** It is held back by the host until it can be taken (APF-108). */
        WITHHELD
    }

    /** What happens if the page comes before not-present is taken. */
    public enum EarlyArrival {
        /** Not-present is taken, and ready follows. */
        KEEP,
        /** Not-present is withdrawn and no ready follows (APF-116). */
        WITHDRAW
    }

    /** What a further access to a page does whose fault was announced and whose page is on its way. */
    public enum RepeatedFaults {
        /** It waits, as {@link Policy#waitFor} says for the veto in-flight (APF-075). */
        PARK,
        /** It is tried again until the page is there, if it need not stop; what the arm64 series of 2021 did. */
        SPIN
    }

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number is less than 1
     */
    public Policy {
        Objects.requireNonNull(tokenOwner, "tokenOwner");
        Objects.requireNonNull(timing, "timing");
        Objects.requireNonNull(slots, "slots");
        Objects.requireNonNull(decline, "decline");
        Objects.requireNonNull(undeliverable, "undeliverable");
        Objects.requireNonNull(readyScope, "readyScope");
        Objects.requireNonNull(acknowledgement, "acknowledgement");
        Objects.requireNonNull(afterRestore, "afterRestore");
        Objects.requireNonNull(hiddenCompletion, "hiddenCompletion");
        Objects.requireNonNull(disableEffect, "disableEffect");
        Objects.requireNonNull(enableAgain, "enableAgain");
        Objects.requireNonNull(readyMasking, "readyMasking");
        Objects.requireNonNull(earlyArrival, "earlyArrival");
        Objects.requireNonNull(repeatedFaults, "repeatedFaults");
        Objects.requireNonNull(supervisorFaults, "supervisorFaults");
        requirePositive("readyCapacity", readyCapacity);
        requirePositive("limit", limit);
        requirePositive("failureLimit", failureLimit);
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", must be at least 1");
        }
    }

    /**
     * Starts from the plainest policy: host tokens, synchronous not-present, separate slots, no refusal, faults that are
     * not announced park the vCPU but in supervisor mode, one local ready notification acknowledged by a call, tokens
     * carried over a restore, 64 slots, synchronous after 3 failures.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Says how a vCPU waits for the page of a fault that was not announced.
     *
     * <p>A fault of supervisor mode follows {@link #supervisorFaults}, since a kernel that is interrupted there gains
     * nothing from it unless it is preemptible. A fault of user mode parks or stops as {@link #undeliverable} says, but
     * always stops after limit-reached, failed-before, no-source, vmm-declined and area-page.
     *
     * @param fault the fault
     * @param veto why it was not announced
     * @return how to wait
     */
    public WaitMode waitFor(FaultContext fault, Veto veto) {
        if (fault.isSupervisor() && supervisorFaults == WaitMode.STOP) {
            return WaitMode.STOP;
        }
        return ALWAYS_STOP.contains(veto.name()) ? WaitMode.STOP : undeliverable;
    }

    /**
     * Collects a policy. Not thread-safe.
     *
     * @since 0.1
     */
    public static final class Builder {
        private TokenOwner tokenOwner = TokenOwner.HOST_PER_FAULT;
        private Timing timing = Timing.SYNCHRONOUS;
        private Slots slots = Slots.SEPARATE;
        private Decline decline = Decline.NONE;
        private WaitMode undeliverable = WaitMode.PARK;
        private ReadyScope readyScope = ReadyScope.LOCAL;
        private int readyCapacity = 1;
        private Acknowledgement acknowledgement = Acknowledgement.CALL;
        private AfterRestore afterRestore = AfterRestore.CARRY;
        private HiddenCompletion hiddenCompletion = HiddenCompletion.SILENT;
        private DisableEffect disableEffect = DisableEffect.CANCEL;
        private EnableAgain enableAgain = EnableAgain.NO_EFFECT;
        private ReadyMasking readyMasking = ReadyMasking.STAYS_PENDING;
        private EarlyArrival earlyArrival = EarlyArrival.KEEP;
        private RepeatedFaults repeatedFaults = RepeatedFaults.PARK;
        private WaitMode supervisorFaults = WaitMode.STOP;
        private boolean wakeAllOnEnable = true;
        private int limit = 64;
        private int failureLimit = 3;

        private Builder() {}

        /**
         * Sets axis 1.
         *
         * @param value who chooses tokens
         * @return this builder
         */
        public Builder tokenOwner(TokenOwner value) {
            tokenOwner = value;
            return this;
        }

        /**
         * Sets axis 2.
         *
         * @param value when not-present is taken
         * @return this builder
         */
        public Builder timing(Timing value) {
            timing = value;
            return this;
        }

        /**
         * Sets axis 3.
         *
         * @param value whether the notifications share a slot
         * @return this builder
         */
        public Builder slots(Slots value) {
            slots = value;
            return this;
        }

        /**
         * Sets axis 4.
         *
         * @param value how a guest refuses
         * @return this builder
         */
        public Builder decline(Decline value) {
            decline = value;
            return this;
        }

        /**
         * Sets axis 5.
         *
         * @param value how a vCPU waits if the guest is not told
         * @return this builder
         */
        public Builder undeliverable(WaitMode value) {
            undeliverable = value;
            return this;
        }

        /**
         * Sets axis 6.
         *
         * @param value which vCPU takes ready
         * @return this builder
         */
        public Builder readyScope(ReadyScope value) {
            readyScope = value;
            return this;
        }

        /**
         * Sets axis 7.
         *
         * @param value how many ready notifications may be shown at one time, at least 1
         * @return this builder
         */
        public Builder readyCapacity(int value) {
            readyCapacity = value;
            return this;
        }

        /**
         * Sets axis 8.
         *
         * @param value what frees the place of a ready notification
         * @return this builder
         */
        public Builder acknowledgement(Acknowledgement value) {
            acknowledgement = value;
            return this;
        }

        /**
         * Sets axis 9.
         *
         * @param value what becomes of announced faults in a restored machine
         * @return this builder
         */
        public Builder afterRestore(AfterRestore value) {
            afterRestore = value;
            return this;
        }

        /**
         * Sets axis 10.
         *
         * @param value whether the end of a fault that was not announced is shown
         * @return this builder
         */
        public Builder hiddenCompletion(HiddenCompletion value) {
            hiddenCompletion = value;
            return this;
        }

        /**
         * Sets axis 11.
         *
         * @param value what disabling does to announced faults
         * @return this builder
         */
        public Builder disableEffect(DisableEffect value) {
            disableEffect = value;
            return this;
        }

        /**
         * Sets axis 12.
         *
         * @param value what enabling means when enabled
         * @return this builder
         */
        public Builder enableAgain(EnableAgain value) {
            enableAgain = value;
            return this;
        }

        /**
         * Sets axis 13.
         *
         * @param value what happens to ready while its interrupt is masked
         * @return this builder
         */
        public Builder readyMasking(ReadyMasking value) {
            readyMasking = value;
            return this;
        }

        /**
         * Sets what an early page does.
         *
         * @param value what happens if the page comes before not-present is taken
         * @return this builder
         */
        public Builder earlyArrival(EarlyArrival value) {
            earlyArrival = value;
            return this;
        }

        /**
         * Sets what a repeated access does.
         *
         * @param value whether it waits or is tried again and again
         * @return this builder
         */
        public Builder repeatedFaults(RepeatedFaults value) {
            repeatedFaults = value;
            return this;
        }

        /**
         * Sets how faults of supervisor mode wait.
         *
         * @param value STOP, or PARK for what {@link Policy#undeliverable} says
         * @return this builder
         */
        public Builder supervisorFaults(WaitMode value) {
            supervisorFaults = value;
            return this;
        }

        /**
         * Sets whether enabling shows a wake-all.
         *
         * @param value true if it does
         * @return this builder
         */
        public Builder wakeAllOnEnable(boolean value) {
            wakeAllOnEnable = value;
            return this;
        }

        /**
         * Sets the number of announced faults that may be outstanding on one vCPU.
         *
         * @param value at least 1
         * @return this builder
         */
        public Builder limit(int value) {
            limit = value;
            return this;
        }

        /**
         * Sets after how many failures in a row a page is brought in synchronously.
         *
         * @param value at least 1
         * @return this builder
         */
        public Builder failureLimit(int value) {
            failureLimit = value;
            return this;
        }

        /**
         * Makes the policy.
         *
         * @return the immutable policy
         */
        public Policy build() {
            return new Policy(
                    tokenOwner,
                    timing,
                    slots,
                    decline,
                    undeliverable,
                    readyScope,
                    readyCapacity,
                    acknowledgement,
                    afterRestore,
                    hiddenCompletion,
                    disableEffect,
                    enableAgain,
                    readyMasking,
                    earlyArrival,
                    repeatedFaults,
                    supervisorFaults,
                    wakeAllOnEnable,
                    limit,
                    failureLimit);
        }
    }
}
