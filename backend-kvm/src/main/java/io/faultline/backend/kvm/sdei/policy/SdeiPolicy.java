/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei.policy;

import io.faultline.api.error.HypervisorException;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Every choice that the specification leaves open, or on which the known dispatchers disagree (sdei.md, 1.4 and 6.2).
 *
 * <p>Immutable. The parts of a dispatcher ask once, when they are made.
 *
 * @since 0.1
 */
public final class SdeiPolicy {
    /** Largest number of bind slots of one kind. */
    public static final int MOST_SLOTS = 64;

    private static final int VENDOR_KVM = 0x4B564D;
    private static final String PRIVATE_SLOTS = "sdei.private-slots";
    private static final String SHARED_SLOTS = "sdei.shared-slots";
    private static final String EVENTS = "sdei.events";
    private static final String DEFAULT_SLOTS = "3";

    private final Map<Class<?>, Choice> answers = new LinkedHashMap<>();
    private final int privateSlots;
    private final int sharedSlots;
    private final List<PlatformEvent> events;

    private SdeiPolicy(Map<String, String> values, int privateSlots, int sharedSlots, List<PlatformEvent> events) {
        for (Question question : Question.ALL) {
            Choice answer = question.answer(values);
            answers.put(answer.getClass(), answer);
        }
        this.privateSlots = privateSlots;
        this.sharedSlots = sharedSlots;
        this.events = events;
    }

    /**
     * Lists the settings by which the choices are made.
     *
     * @return the settings, defaults first among their values
     */
    public static List<Setting> settings() {
        List<Setting> settings = new ArrayList<>();
        for (Question question : Question.ALL) {
            settings.add(question.setting());
        }
        settings.add(Setting.free(
                PRIVATE_SLOTS, DEFAULT_SLOTS, "Number of private events to which PPIs can be bound, 0 to 64."));
        settings.add(Setting.free(
                SHARED_SLOTS, DEFAULT_SLOTS, "Number of shared events to which SPIs can be bound, 0 to 64."));
        settings.add(
                Setting.free(
                        EVENTS,
                        "",
                        "Events beyond those that the VMM names, as NUMBER.private|shared.normal|critical, joined by a plus sign."));
        return settings;
    }

    /**
     * Reads the choices from the configuration of a backend whose descriptor declares {@link #settings()}.
     *
     * @param configuration the configuration
     * @return the choices
     * @throws HypervisorException with INVALID_SETTING if a number is out of range or an event cannot be read
     */
    public static SdeiPolicy of(BackendConfiguration configuration) {
        return new SdeiPolicy(
                configuration.values(),
                (int) configuration.number(PRIVATE_SLOTS, 0, MOST_SLOTS),
                (int) configuration.number(SHARED_SLOTS, 0, MOST_SLOTS),
                PlatformEvent.parse(EVENTS, configuration.get(EVENTS)));
    }

    /**
     * Returns the choices when nothing is said.
     *
     * @return the first answer to every question
     */
    public static SdeiPolicy defaults() {
        int slots = Integer.parseInt(DEFAULT_SLOTS);
        return new SdeiPolicy(Map.of(), slots, slots, List.of());
    }

    /**
     * Tells whether an answer was chosen.
     *
     * @param answer one answer to a question
     * @return true if it is the one of this policy
     */
    public boolean is(Choice answer) {
        return answers.get(answer.getClass()) == answer;
    }

    /**
     * Returns the answer to a question.
     *
     * @param <T> type of the answers
     * @param question the enum of the answers
     * @return the one of this policy
     */
    public <T extends Enum<T> & Choice> T choice(Class<T> question) {
        return question.cast(answers.get(question));
    }

    /**
     * Tells whether the guest can reach the dispatcher.
     *
     * @return false if every call returns NOT_SUPPORTED
     */
    public boolean isOffered() {
        return is(OfferChoice.Dispatcher.PRESENT);
    }

    /**
     * Tells whether an instruction reaches the dispatcher.
     *
     * @param conduit HVC or SMC
     * @return false if the call returns NOT_SUPPORTED
     */
    public boolean isOffered(OfferChoice.Conduit conduit) {
        return isOffered() && (is(OfferChoice.Conduit.BOTH) || is(conduit));
    }

    /**
     * Returns the minor version number.
     *
     * @return 0 or 1
     */
    public int minorVersion() {
        return choice(OfferChoice.Version.class).ordinal();
    }

    /**
     * Returns the vendor-defined part of the version.
     *
     * @return 32 bits
     */
    public int vendorNumber() {
        return is(OfferChoice.Vendor.KVM) ? VENDOR_KVM : 0;
    }

    /**
     * Tells whether entry points may be relative.
     *
     * @return true if the flag of EVENT_REGISTER is known
     */
    public boolean hasRelativeMode() {
        return minorVersion() > 0 && is(OfferChoice.RelativeMode.PRESENT);
    }

    /**
     * Returns the number of private bind slots.
     *
     * @return 0 to {@link #MOST_SLOTS}
     */
    public int privateSlots() {
        return privateSlots;
    }

    /**
     * Returns the number of shared bind slots.
     *
     * @return 0 to {@link #MOST_SLOTS}
     */
    public int sharedSlots() {
        return sharedSlots;
    }

    /**
     * Tells whether interrupts can be bound at all.
     *
     * @return true if there is a slot
     */
    public boolean hasSlots() {
        return privateSlots + sharedSlots > 0;
    }

    /**
     * Tells whether the calls for binding do not exist.
     *
     * @return true if there is no slot, and that means NOT_SUPPORTED
     */
    public boolean lacksBinding() {
        return !hasSlots() && is(OfferChoice.NoSlots.NOT_SUPPORTED);
    }

    /**
     * Returns the events of the platform beyond those that the VMM names.
     *
     * @return in the order of the setting; unmodifiable
     */
    public List<PlatformEvent> events() {
        return events;
    }

    /**
     * Returns the choices as numbers, for comparison with those of another machine.
     *
     * @return what a client can see of version and features
     */
    public long[] visible() {
        return new long[] {
            1,
            minorVersion(),
            vendorNumber(),
            choice(CallChoice.Signaled.class).ordinal(),
            privateSlots,
            sharedSlots,
            hasRelativeMode() ? 1 : 0
        };
    }
}
