/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.vmbus;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/**
 * Whether a machine has a VMBus, and what it offers there.
 *
 * @param presence when there is one
 * @param echoChannels how many channels are offered that send everything back, 0 to {@link #MOST_CHANNELS}
 * @param type interface type that these channels say they have; a guest chooses its driver by it
 * @param versions versions of the protocol that are accepted; unmodifiable
 * @param refusal how another version is refused
 * @since 0.1
 */
public record VmbusConfiguration(
        Presence presence, int echoChannels, UUID type, Set<VmbusVersion> versions, Refusal refusal) {
    /** Interface type of channels that send everything back, Faultline's own. */
    public static final UUID ECHO = UUID.fromString("0b5e6c2f-8d14-4b7a-9c63-f1a7e5d20e01");

    /** Most channels. */
    public static final int MOST_CHANNELS = 256;

    /** A VMBus without channels if the backend has what it needs, none otherwise. */
    public static final VmbusConfiguration AUTOMATIC = of(Presence.AUTOMATIC);

    /** No VMBus. */
    public static final VmbusConfiguration NONE = of(Presence.NONE);

    /**
     * When a machine has a VMBus.
     *
     * @since 0.1
     */
    public enum Presence {
        /** If the backend has synthetic interrupt controllers. */
        AUTOMATIC,
        /** Always: a backend without synthetic interrupt controllers cannot run the guest. */
        REQUIRED,
        /** Never. */
        NONE
    }

    /**
     * How a contact in a version that is not accepted ends. A guest tries the next one after both (HV-156, HV-157).
     *
     * @since 0.1
     */
    public enum Refusal {
        /** By an answer that says so. */
        ANSWER,
        /** By the status of the hypercall, as if there were no such connection. */
        STATUS
    }

    /**
     * Copies the set.
     *
     * @throws IllegalArgumentException if the number of channels is out of range
     */
    public VmbusConfiguration {
        Objects.requireNonNull(presence, "presence");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(refusal, "refusal");
        EnumSet<VmbusVersion> copy = EnumSet.noneOf(VmbusVersion.class);
        copy.addAll(versions);
        versions = Collections.unmodifiableSet(copy);
        if (echoChannels < 0 || echoChannels > MOST_CHANNELS) {
            throw new IllegalArgumentException(echoChannels + " channels are not 0 to " + MOST_CHANNELS);
        }
    }

    private static VmbusConfiguration of(Presence presence) {
        return new VmbusConfiguration(presence, 0, ECHO, EnumSet.allOf(VmbusVersion.class), Refusal.ANSWER);
    }

    /**
     * Asks for a VMBus in all versions.
     *
     * @param channels how many channels it offers that send everything back
     * @return the configuration
     * @throws IllegalArgumentException if the number of channels is out of range
     */
    public static VmbusConfiguration echo(int channels) {
        return new VmbusConfiguration(
                Presence.REQUIRED, channels, ECHO, EnumSet.allOf(VmbusVersion.class), Refusal.ANSWER);
    }

    void save(StateWriter writer) {
        long accepted = 0;
        for (VmbusVersion version : versions) {
            accepted |= 1L << version.ordinal();
        }
        writer.word("echo-channels", echoChannels);
        writer.words("type", new long[] {type.getMostSignificantBits(), type.getLeastSignificantBits()});
        writer.word("versions", accepted);
        writer.flag("refuses-by-status", refusal == Refusal.STATUS);
    }

    static VmbusConfiguration restore(StateReader reader) {
        int channels = reader.integer("echo-channels", 0, MOST_CHANNELS);
        long[] type = reader.words("type", 2);
        long accepted = reader.word("versions", 0, (1L << VmbusVersion.values().length) - 1);
        EnumSet<VmbusVersion> versions = EnumSet.noneOf(VmbusVersion.class);
        for (VmbusVersion version : VmbusVersion.values()) {
            if ((accepted >> version.ordinal() & 1) != 0) {
                versions.add(version);
            }
        }
        Refusal refusal = reader.flag("refuses-by-status") ? Refusal.STATUS : Refusal.ANSWER;
        return new VmbusConfiguration(Presence.REQUIRED, channels, new UUID(type[0], type[1]), versions, refusal);
    }
}
