/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.firmware;

import io.faultline.api.arm64.Affinity;
import io.faultline.api.arm64.Psci;
import io.faultline.api.arm64.Smccc;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.LongPredicate;

/**
 * PSCI 1.1: the power states of the PEs and the answers to the calls (DEN 0022, chapter 5). It changes no PE itself: what
 * is to be done comes back as a {@link PsciOutcome}.
 *
 * <p>At cold reset PE 0 is on and the others are off. Not thread-safe.
 *
 * @since 0.1
 */
public final class PsciFirmware implements StateElement {
    /** Bits of power_state that must be zero in the original format. */
    private static final long POWER_STATE_RESERVED = 0xFCFE_0000L;
    /** StateType of power_state: the context is lost. */
    private static final long POWER_DOWN = 1L << 16;
    /** Everything of a function identifier but the calling convention and the low bits of the number. */
    private static final int NUMBER_RANGE = 0xBFFF_FFE0;
    /** MIGRATE_INFO_TYPE: there is no Trusted OS that would need migration. */
    private static final long NO_TRUSTED_OS = 2;

    private final List<Affinity> affinities;
    private final LongPredicate validEntry;
    private final PowerState[] states;
    private final long[] entries;
    private final long[] contexts;

    /**
     * Makes the firmware at cold reset.
     *
     * @param affinities affinity of each PE, in index order
     * @param validEntry tells whether a physical address can be an entry point
     */
    public PsciFirmware(List<Affinity> affinities, LongPredicate validEntry) {
        this.affinities = List.copyOf(affinities);
        this.validEntry = Objects.requireNonNull(validEntry, "validEntry");
        states = new PowerState[this.affinities.size()];
        entries = new long[states.length];
        contexts = new long[states.length];
        reset();
    }

    /**
     * Tells whether a function identifier is one of PSCI, implemented or not.
     *
     * @param function SMCCC function identifier
     * @return true for 0x84000000 to 0x8400001F and 0xC4000000 to 0xC400001F
     */
    public static boolean isPsci(int function) {
        return (function & NUMBER_RANGE) == Psci.VERSION;
    }

    /**
     * Handles a call. Arguments of a 32-bit function are truncated to 32 bits.
     *
     * @param caller index of the PE that calls
     * @param function function identifier, W0
     * @param x1 first argument
     * @param x2 second argument
     * @param x3 third argument
     * @return what to do; an unknown function gives NOT_SUPPORTED
     */
    public PsciOutcome call(int caller, int function, long x1, long x2, long x3) {
        long mask = Smccc.isSmc64(function) ? -1L : 0xFFFF_FFFFL;
        long first = x1 & mask;
        return switch (function) {
            case Psci.VERSION -> new PsciOutcome.Result(Psci.VERSION_1_1);
            case Psci.CPU_SUSPEND, Psci.CPU_SUSPEND_32 -> suspend(caller, first, x2 & mask, x3 & mask);
            case Psci.CPU_OFF -> turnOff(caller);
            case Psci.CPU_ON, Psci.CPU_ON_32 -> turnOn(first, x2 & mask, x3 & mask);
            case Psci.AFFINITY_INFO, Psci.AFFINITY_INFO_32 -> affinityInfo(first, x2 & mask);
            case Psci.MIGRATE_INFO_TYPE -> new PsciOutcome.Result(NO_TRUSTED_OS);
            case Psci.SYSTEM_OFF -> new PsciOutcome.SystemOff();
            case Psci.SYSTEM_RESET -> new PsciOutcome.SystemReset();
            case Psci.FEATURES -> new PsciOutcome.Result(features((int) first));
            default -> new PsciOutcome.Result(Psci.NOT_SUPPORTED);
        };
    }

    /**
     * Returns the power state of a PE.
     *
     * @param pe index of the PE
     * @return its state
     */
    public PowerState state(int pe) {
        return states[pe];
    }

    /**
     * Returns where a PE was last asked to start, or asked to be started after a power-down.
     *
     * @param pe index of the PE
     * @return physical address
     */
    public long entry(int pe) {
        return entries[pe];
    }

    /**
     * Returns what a PE was last asked to start with in X0.
     *
     * @param pe index of the PE
     * @return the context identifier
     */
    public long context(int pe) {
        return contexts[pe];
    }

    /**
     * Records that a PE that was asked to start has started.
     *
     * @param pe index of the PE
     */
    public void started(int pe) {
        states[pe] = PowerState.ON;
    }

    private PsciOutcome suspend(int caller, long powerState, long entry, long context) {
        if ((powerState & POWER_STATE_RESERVED) != 0) {
            return new PsciOutcome.Result(Psci.INVALID_PARAMETERS);
        }
        if ((powerState & POWER_DOWN) == 0) {
            return new PsciOutcome.Suspend();
        }
        if ((entry & 3) != 0 || !validEntry.test(entry)) {
            return new PsciOutcome.Result(Psci.INVALID_ADDRESS);
        }
        entries[caller] = entry;
        contexts[caller] = context;
        return new PsciOutcome.PowerDown(entry, context);
    }

    private PsciOutcome turnOff(int caller) {
        states[caller] = PowerState.OFF;
        return new PsciOutcome.TurnOff();
    }

    private PsciOutcome turnOn(long target, long entry, long context) {
        int pe = find(target);
        if (pe < 0) {
            return new PsciOutcome.Result(Psci.INVALID_PARAMETERS);
        }
        switch (states[pe]) {
            case ON:
                return new PsciOutcome.Result(Psci.ALREADY_ON);
            case ON_PENDING:
                return new PsciOutcome.Result(Psci.ON_PENDING);
            default:
                break;
        }
        if ((entry & 3) != 0 || !validEntry.test(entry)) {
            return new PsciOutcome.Result(Psci.INVALID_ADDRESS);
        }
        states[pe] = PowerState.ON_PENDING;
        entries[pe] = entry;
        contexts[pe] = context;
        return new PsciOutcome.TurnOn(pe, entry, context);
    }

    /** Only affinity level 0 exists as a power domain; PSCI 1.0 and later need not answer for the others. */
    private PsciOutcome affinityInfo(long target, long lowestLevel) {
        int pe = find(target);
        if (pe < 0 || lowestLevel != 0) {
            return new PsciOutcome.Result(Psci.INVALID_PARAMETERS);
        }
        return new PsciOutcome.Result(
                switch (states[pe]) {
                    case ON -> Psci.AFFINITY_ON;
                    case OFF -> Psci.AFFINITY_OFF;
                    case ON_PENDING -> Psci.AFFINITY_ON_PENDING;
                });
    }

    private static long features(int function) {
        return switch (function) {
            case Psci.VERSION,
                    Psci.CPU_SUSPEND,
                    Psci.CPU_SUSPEND_32,
                    Psci.CPU_OFF,
                    Psci.CPU_ON,
                    Psci.CPU_ON_32,
                    Psci.AFFINITY_INFO,
                    Psci.AFFINITY_INFO_32,
                    Psci.MIGRATE_INFO_TYPE,
                    Psci.SYSTEM_OFF,
                    Psci.SYSTEM_RESET,
                    Psci.FEATURES,
                    Smccc.VERSION -> Psci.SUCCESS;
            default -> Psci.NOT_SUPPORTED;
        };
    }

    private int find(long mpidr) {
        for (int i = 0; i < affinities.size(); i++) {
            if (affinities.get(i).mpidr() == mpidr) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public String stateName() {
        return "psci";
    }

    @Override
    public void reset() {
        Arrays.fill(states, PowerState.OFF);
        Arrays.fill(entries, 0);
        Arrays.fill(contexts, 0);
        states[0] = PowerState.ON;
    }

    @Override
    public void save(StateWriter writer) {
        long[] saved = new long[states.length];
        for (int i = 0; i < saved.length; i++) {
            saved[i] = states[i].ordinal();
        }
        writer.words("states", saved);
        writer.words("entries", entries);
        writer.words("contexts", contexts);
    }

    @Override
    public void restore(StateReader reader) {
        long[] saved = reader.words("states", states.length);
        PowerState[] known = PowerState.values();
        for (int i = 0; i < saved.length; i++) {
            if (saved[i] < 0 || saved[i] >= known.length) {
                throw reader.invalid("states", "has a power state that does not exist");
            }
            states[i] = known[(int) saved[i]];
        }
        System.arraycopy(reader.words("entries", entries.length), 0, entries, 0, entries.length);
        System.arraycopy(reader.words("contexts", contexts.length), 0, contexts, 0, contexts.length);
    }
}
