/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.Sdei;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiPriority;
import java.util.Objects;

/**
 * What is fixed about an event.
 *
 * @param number event number, 0 to 0x7FFFFFFF (SDEI-022)
 * @param type private or shared
 * @param priority normal or critical; the client cannot change it (SDEI-025)
 * @param isDynamic whether the event is a slot to which the client binds an interrupt
 * @since 0.1
 */
public record EventDefinition(int number, SdeiEventType type, SdeiPriority priority, boolean isDynamic) {
    /** Event 0: private, normal, raised by EVENT_SIGNAL (SDEI-021). */
    public static final EventDefinition SOFTWARE_SIGNALLED =
            new EventDefinition(Sdei.EVENT_SOFTWARE_SIGNALLED, SdeiEventType.PRIVATE, SdeiPriority.NORMAL);

    /**
     * Makes the definition of an event that the platform raises.
     *
     * @param number event number, not negative
     * @param type private or shared
     * @param priority normal or critical
     */
    public EventDefinition(int number, SdeiEventType type, SdeiPriority priority) {
        this(number, type, priority, false);
    }

    /**
     * Makes the definition of an event that an interrupt raises which the client binds to it; such events are normal.
     *
     * @param number event number, positive
     * @param type private for PPIs, shared for SPIs
     * @return the definition
     */
    static EventDefinition dynamic(int number, SdeiEventType type) {
        return new EventDefinition(number, type, SdeiPriority.NORMAL, true);
    }

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if the number is negative
     */
    public EventDefinition {
        if (number < 0) {
            throw new IllegalArgumentException(
                    "SDEI event number 0x" + Integer.toHexString(number) + " has bit 31 set");
        }
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(priority, "priority");
    }

    /**
     * Tells whether each PE has a handler of its own.
     *
     * @return true for a private event
     */
    public boolean isPrivate() {
        return type == SdeiEventType.PRIVATE;
    }

    /**
     * Tells whether the event preempts a normal handler.
     *
     * @return true for a critical event
     */
    public boolean isCritical() {
        return priority == SdeiPriority.CRITICAL;
    }

    /**
     * Tells whether EVENT_SIGNAL raises this event.
     *
     * @return true for event 0 only
     */
    public boolean isSignalable() {
        return number == Sdei.EVENT_SOFTWARE_SIGNALLED;
    }

    /**
     * Names the event for people.
     *
     * @return for example {@code SDEI event 0x40400001}
     */
    @Override
    public String toString() {
        return "SDEI event 0x" + Integer.toHexString(number);
    }
}
