/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.synic;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import io.faultline.backend.core.machine.EnumSetting;
import java.util.List;
import java.util.Objects;

/**
 * What differs between implementations of the synthetic interrupt controller, or is not certain of Hyper-V itself (hyperv.md 0,
 * 3). The first answer to each question is the one that hyperv.md recommends.
 *
 * @param polling whether a source can be polled (3.8)
 * @param control SCONTROL after reset (D6)
 * @param version what SVERSION reads
 * @param vectors which interrupts a source that is not masked may name (D13)
 * @param maskedMessages what becomes of messages for a masked source (D8)
 * @param maskedSignals what becomes of signals for a masked source (D7)
 * @param unmasking whether unmasking a source looks at its queue (3.5)
 * @since 0.1
 */
public record SynicSettings(
        Polling polling,
        Control control,
        int version,
        Vectors vectors,
        MaskedMessages maskedMessages,
        MaskedSignals maskedSignals,
        Unmasking unmasking) {
    /** What hyperv.md recommends. */
    public static final SynicSettings DEFAULT = new SynicSettings(
            Polling.PRESENT,
            Control.OFF,
            1,
            Vectors.PRIVATE,
            MaskedMessages.PLACED,
            MaskedSignals.REFUSED,
            Unmasking.SILENT);

    private static final String POLLING = "hyperv.polling";
    private static final String CONTROL = "hyperv.scontrol-reset";
    private static final String VERSION = "hyperv.sversion";
    private static final String VECTORS = "hyperv.sint-vectors";
    private static final String MASKED_MESSAGES = "hyperv.masked-message";
    private static final String MASKED_SIGNALS = "hyperv.masked-signal";
    private static final String UNMASKING = "hyperv.unmask";

    /** Whether a source can be polled. */
    public enum Polling {
        /** Bit 18 of a source suppresses its interrupts. */
        PRESENT,
        /** Bit 18 is kept and means nothing. */
        ABSENT
    }

    /** SCONTROL after reset. */
    public enum Control {
        /** The controller is off. */
        OFF,
        /** It is on, as in OpenVMM. */
        ON
    }

    /** Which interrupts a source that is not masked may name. */
    public enum Vectors {
        /** Private peripheral interrupts. */
        PRIVATE,
        /** Any number, as in OpenVMM; no interrupt is raised by one that is not private. */
        ANY
    }

    /** What becomes of messages for a masked source. */
    public enum MaskedMessages {
        /** They are written into their slot without an interrupt. */
        PLACED,
        /** They wait until the source is unmasked. */
        HELD
    }

    /** What becomes of signals for a masked source. */
    public enum MaskedSignals {
        /** Status 0x18. */
        REFUSED,
        /** The flag is set without an interrupt, as with KVM and QEMU. */
        SET
    }

    /** Whether unmasking a source looks at its queue. */
    public enum Unmasking {
        /** It does not, unless messages were held back. */
        SILENT,
        /** A message that waits is written if its slot is free. */
        SCANS
    }

    /** Checks for null. */
    public SynicSettings {
        Objects.requireNonNull(polling, "polling");
        Objects.requireNonNull(control, "control");
        Objects.requireNonNull(vectors, "vectors");
        Objects.requireNonNull(maskedMessages, "maskedMessages");
        Objects.requireNonNull(maskedSignals, "maskedSignals");
        Objects.requireNonNull(unmasking, "unmasking");
    }

    /**
     * Lists the settings by which the choices are made.
     *
     * @return the settings, defaults first among their values
     */
    public static List<Setting> settings() {
        return List.of(
                EnumSetting.of(
                        POLLING,
                        "Whether a synthetic interrupt source can be polled: feature bit 76, bit 18 of SINT.",
                        Polling.values()),
                EnumSetting.of(
                        CONTROL, "Whether the synthetic interrupt controller is on after reset.", Control.values()),
                Setting.free(VERSION, Integer.toString(DEFAULT.version), "What SVERSION reads, 1 to 2147483647."),
                EnumSetting.of(
                        VECTORS,
                        "Which INTIDs a source that is not masked may name: 16 to 31, or any without effect.",
                        Vectors.values()),
                EnumSetting.of(
                        MASKED_MESSAGES,
                        "Whether a message for a masked source is placed without an interrupt, or held until unmasking.",
                        MaskedMessages.values()),
                EnumSetting.of(
                        MASKED_SIGNALS,
                        "Whether a signal for a masked source is refused with 0x18, or sets the flag silently.",
                        MaskedSignals.values()),
                EnumSetting.of(
                        UNMASKING,
                        "Whether unmasking a source writes a message that waits into a slot that has become free.",
                        Unmasking.values()));
    }

    /**
     * Reads the choices.
     *
     * @param configuration of a backend whose descriptor declares {@link #settings()}
     * @return the choices
     * @throws io.faultline.api.error.HypervisorException with INVALID_SETTING if the version is out of range
     */
    public static SynicSettings of(BackendConfiguration configuration) {
        return new SynicSettings(
                EnumSetting.read(configuration, POLLING, Polling.class),
                EnumSetting.read(configuration, CONTROL, Control.class),
                (int) configuration.number(VERSION, 1, Integer.MAX_VALUE),
                EnumSetting.read(configuration, VECTORS, Vectors.class),
                EnumSetting.read(configuration, MASKED_MESSAGES, MaskedMessages.class),
                EnumSetting.read(configuration, MASKED_SIGNALS, MaskedSignals.class),
                EnumSetting.read(configuration, UNMASKING, Unmasking.class));
    }
}
