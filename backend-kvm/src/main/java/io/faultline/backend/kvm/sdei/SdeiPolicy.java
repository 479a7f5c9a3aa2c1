/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import io.faultline.backend.core.machine.Conduit;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Every choice that the specification leaves open, or on which the known dispatchers disagree (sdei.md, 1.4 and 6.2).
 *
 * @param offered whether the guest has a dispatcher at all (SDEI-011)
 * @param conduits by which instructions the guest may call it (SDEI-010)
 * @param version version that it claims (SDEI-014)
 * @param vendor vendor-defined part of SDEI_VERSION
 * @param signaledValue what EVENT_GET_INFO says of EV_SIGNALED for event 0, 0 or 1; the others say the opposite (SDEI-026)
 * @param notReady what EVENT_SIGNAL does for a PE that cannot take event 0 (SDEI-110)
 * @param resumeState PSTATE after COMPLETE_AND_RESUME (SDEI-156)
 * @param zeroEntry whether an entry point 0 is acceptable (SDEI-043)
 * @param contextOrder which error of EVENT_CONTEXT wins when both apply
 * @param statusCheck whether EVENT_COMPLETE looks at its status argument (SDEI-152)
 * @param resumeAddress what COMPLETE_AND_RESUME answers to a misaligned address (SDEI-164)
 * @param order which of two eligible events of one class goes first (SDEI-120)
 * @param anyTaker which PE takes a shared event that any may take (SDEI-076)
 * @param privateAffinity whether EVENT_REGISTER looks at the affinity argument for a private event (SDEI-042)
 * @param reset what a reset call does if it fails (SDEI-170)
 * @since 0.1
 */
public record SdeiPolicy(
        Offer offered,
        Conduits conduits,
        Version version,
        Vendor vendor,
        int signaledValue,
        NotReady notReady,
        ResumeState resumeState,
        ZeroEntry zeroEntry,
        ContextOrder contextOrder,
        StatusCheck statusCheck,
        ResumeAddress resumeAddress,
        Order order,
        AnyTaker anyTaker,
        PrivateAffinity privateAffinity,
        Reset reset) {
    /** Whether there is a dispatcher. */
    public enum Offer {
        /** There is one. */
        PRESENT,
        /** Every call returns NOT_SUPPORTED. */
        ABSENT
    }

    /** The instructions by which the dispatcher can be called. */
    public enum Conduits {
        /** HVC and SMC, with the same effect. */
        BOTH,
        /** HVC only. */
        HVC,
        /** SMC only. */
        SMC
    }

    /** The version of the interface. */
    public enum Version {
        /** SDEI 1.0. */
        V1_0,
        /** SDEI 1.1. */
        V1_1
    }

    /** The vendor-defined part of the version. */
    public enum Vendor {
        /** Zero. */
        NONE,
        /** The letters KVM, 0x4B564D. */
        KVM
    }

    /** What becomes of a signal to a PE that cannot take it now. */
    public enum NotReady {
        /** INVALID_PARAMETERS, nothing is latched (TF-A since October 2024). */
        REFUSE,
        /** Latched if the event is registered there, INVALID_PARAMETERS otherwise (KVM series, QEMU series). */
        PEND
    }

    /** How PSTATE is made up after COMPLETE_AND_RESUME, beyond EL1h with D, A, I and F set. */
    public enum ResumeState {
        /** By the rule of exception entry, from the interrupted PSTATE. */
        ENTRY,
        /** All other bits zero (TF-A). */
        CLEAR,
        /** All other bits as interrupted (KVM series). */
        INHERIT
    }

    /** Whether entry point 0 is acceptable. */
    public enum ZeroEntry {
        /** INVALID_PARAMETERS (TF-A). */
        REFUSE,
        /** Accepted (KVM series, QEMU series). */
        ACCEPT
    }

    /** Which test EVENT_CONTEXT makes first. */
    public enum ContextOrder {
        /** The register number: INVALID_PARAMETERS before DENIED (TF-A). */
        REGISTER_FIRST,
        /** The running handler: DENIED before INVALID_PARAMETERS (KVM series). */
        HANDLER_FIRST
    }

    /** What EVENT_COMPLETE does with a status other than 0 and 1. */
    public enum StatusCheck {
        /** Completes, as with EV_FAILED (TF-A). */
        IGNORE,
        /** INVALID_PARAMETERS; the handler goes on. */
        REFUSE
    }

    /** The error for a resume address that cannot be executed. */
    public enum ResumeAddress {
        /** INVALID_PARAMETERS. */
        INVALID,
        /** DENIED (TF-A). */
        DENIED
    }

    /** The order of eligible events of the same class. */
    public enum Order {
        /** Lowest event number first (KVM series). */
        LOWEST,
        /** Highest event number first. */
        HIGHEST
    }

    /** The PE that takes a shared event routed to any PE. */
    public enum AnyTaker {
        /** The one that the source asked for, if it can; else the one with the lowest index that can. */
        ASKED,
        /** The one with the lowest index that can. */
        LOWEST,
        /** The next one that can after the one that took this event last. */
        ROTATE
    }

    /** Whether the affinity argument is checked for a private event. */
    public enum PrivateAffinity {
        /** With RM_PE, a bad affinity is INVALID_PARAMETERS (TF-A). */
        CHECK,
        /** It is ignored. */
        IGNORE
    }

    /** What remains of a reset call that returns DENIED. */
    public enum Reset {
        /** Nothing was changed. */
        ATOMIC,
        /** Idle events were unregistered, running ones wait to be (TF-A). */
        PARTIAL
    }

    private static final String PREFIX = "sdei.";
    private static final int VENDOR_KVM = 0x4B564D;

    /** Checks for null. */
    public SdeiPolicy {
        Objects.requireNonNull(offered, "offered");
        Objects.requireNonNull(conduits, "conduits");
        Objects.requireNonNull(version, "version");
        Objects.requireNonNull(vendor, "vendor");
        Objects.requireNonNull(notReady, "notReady");
        Objects.requireNonNull(resumeState, "resumeState");
        Objects.requireNonNull(zeroEntry, "zeroEntry");
        Objects.requireNonNull(contextOrder, "contextOrder");
        Objects.requireNonNull(statusCheck, "statusCheck");
        Objects.requireNonNull(resumeAddress, "resumeAddress");
        Objects.requireNonNull(order, "order");
        Objects.requireNonNull(anyTaker, "anyTaker");
        Objects.requireNonNull(privateAffinity, "privateAffinity");
        Objects.requireNonNull(reset, "reset");
    }

    /**
     * Lists the settings by which the choices are made.
     *
     * @return the settings, defaults first among their values
     */
    public static List<Setting> settings() {
        return List.of(
                Setting.choice(
                        PREFIX + "dispatcher",
                        "Whether the guest has an SDEI dispatcher; without one every call returns -1.",
                        "present",
                        "absent"),
                Setting.choice(
                        PREFIX + "conduit",
                        "Instruction by which the guest calls the dispatcher; the other one gets -1.",
                        "both",
                        "hvc",
                        "smc"),
                Setting.choice(PREFIX + "version", "Version that SDEI_VERSION returns.", "1.0", "1.1"),
                Setting.choice(
                        PREFIX + "vendor",
                        "Vendor-defined part of SDEI_VERSION: zero, or the letters KVM (0x4b564d).",
                        "none",
                        "kvm"),
                Setting.choice(
                        PREFIX + "signaled-value",
                        "EV_SIGNALED of event 0, which can be signalled; all other events give the opposite value.",
                        "0",
                        "1"),
                Setting.choice(
                        PREFIX + "signal-not-ready",
                        "EVENT_SIGNAL to a PE that is masked, or where event 0 is disabled or unregistered: -2, or"
                                + " latched (if registered).",
                        "refuse",
                        "pend"),
                Setting.choice(
                        PREFIX + "resume-pstate",
                        "PSTATE after COMPLETE_AND_RESUME beyond EL1h and DAIF: by the rule of exception entry, zero, or"
                                + " as interrupted.",
                        "entry",
                        "clear",
                        "inherit"),
                Setting.choice(
                        PREFIX + "zero-entry",
                        "EVENT_REGISTER with entry point 0: -2, or accepted.",
                        "refuse",
                        "accept"),
                Setting.choice(
                        PREFIX + "context-check-order",
                        "EVENT_CONTEXT of a bad register outside a handler: -2 or -3.",
                        "register-first",
                        "handler-first"),
                Setting.choice(
                        PREFIX + "status-check",
                        "EVENT_COMPLETE with a status other than 0 and 1: completes as failed, or -2.",
                        "ignore",
                        "refuse"),
                Setting.choice(
                        PREFIX + "resume-address",
                        "COMPLETE_AND_RESUME to an address that is not a multiple of 4: -2 or -3.",
                        "invalid",
                        "denied"),
                Setting.choice(
                        PREFIX + "order",
                        "Event number that goes first among eligible events of one priority.",
                        "lowest",
                        "highest"),
                Setting.choice(
                        PREFIX + "rm-any",
                        "PE that takes a shared event routed to any: the one that the source asked for, the lowest index,"
                                + " or in turn.",
                        "asked",
                        "lowest",
                        "rotate"),
                Setting.choice(
                        PREFIX + "private-affinity",
                        "EVENT_REGISTER of a private event with RM_PE and a bad affinity: -2, or accepted.",
                        "check",
                        "ignore"),
                Setting.choice(
                        PREFIX + "reset",
                        "PRIVATE_RESET and SHARED_RESET while a handler runs: -3 without any effect, or -3 after"
                                + " unregistering what can be.",
                        "atomic",
                        "partial"));
    }

    /**
     * Reads the choices from the configuration of a backend whose descriptor declares {@link #settings()}.
     *
     * @param configuration the configuration
     * @return the choices
     */
    public static SdeiPolicy of(BackendConfiguration configuration) {
        return new SdeiPolicy(
                choice(configuration, "dispatcher", Offer.class),
                choice(configuration, "conduit", Conduits.class),
                configuration.get(PREFIX + "version").equals("1.0") ? Version.V1_0 : Version.V1_1,
                choice(configuration, "vendor", Vendor.class),
                (int) configuration.number(PREFIX + "signaled-value", 0, 1),
                choice(configuration, "signal-not-ready", NotReady.class),
                choice(configuration, "resume-pstate", ResumeState.class),
                choice(configuration, "zero-entry", ZeroEntry.class),
                choice(configuration, "context-check-order", ContextOrder.class),
                choice(configuration, "status-check", StatusCheck.class),
                choice(configuration, "resume-address", ResumeAddress.class),
                choice(configuration, "order", Order.class),
                choice(configuration, "rm-any", AnyTaker.class),
                choice(configuration, "private-affinity", PrivateAffinity.class),
                choice(configuration, "reset", Reset.class));
    }

    private static <E extends Enum<E>> E choice(BackendConfiguration configuration, String key, Class<E> type) {
        String name = configuration.get(PREFIX + key).replace('-', '_').toUpperCase(Locale.ROOT);
        return Enum.valueOf(type, name);
    }

    /**
     * Tells whether the guest can reach the dispatcher.
     *
     * @return false if every call returns NOT_SUPPORTED
     */
    public boolean isOffered() {
        return offered == Offer.PRESENT;
    }

    /**
     * Tells whether the guest can reach the dispatcher by an instruction.
     *
     * @param conduit the instruction
     * @return false if the call returns NOT_SUPPORTED
     */
    public boolean isOffered(Conduit conduit) {
        return isOffered() && (conduits == Conduits.BOTH || conduits.name().equals(conduit.name()));
    }

    /**
     * Returns the minor version number.
     *
     * @return 0 or 1
     */
    public int minorVersion() {
        return version.ordinal();
    }

    /**
     * Returns the vendor-defined part of the version.
     *
     * @return 32 bits
     */
    public int vendorNumber() {
        return vendor == Vendor.KVM ? VENDOR_KVM : 0;
    }
}
