/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.notification;

import java.util.Objects;

/**
 * What became of an injected event.
 *
 * @param kind which of the four
 * @param detail why, for people; empty for {@link Kind#DELIVERED}
 * @since 0.1
 */
public record DeliveryOutcome(Kind kind, String detail) {
    /** The four possible outcomes. */
    public enum Kind {
        /** The target takes the event before it executes another instruction of what it runs now. */
        DELIVERED,
        /** The event is latched; the target takes it once it is able to. */
        PENDING,
        /** The event was already latched and stays so; both are one from now on. */
        COALESCED,
        /** Nothing happened and nothing is latched. */
        REJECTED
    }

    /** The event is being taken. */
    public static final DeliveryOutcome DELIVERED = new DeliveryOutcome(Kind.DELIVERED, "");

    /** Checks for null. */
    public DeliveryOutcome {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(detail, "detail");
    }

    /**
     * Makes an outcome for a latched event.
     *
     * @param why what keeps the target from taking it now
     * @return the outcome
     */
    public static DeliveryOutcome pending(String why) {
        return new DeliveryOutcome(Kind.PENDING, why);
    }

    /**
     * Makes an outcome for an event that was already latched.
     *
     * @return the outcome
     */
    public static DeliveryOutcome coalesced() {
        return new DeliveryOutcome(Kind.COALESCED, "already pending");
    }

    /**
     * Makes an outcome for a refused event.
     *
     * @param why the reason
     * @return the outcome
     */
    public static DeliveryOutcome rejected(String why) {
        return new DeliveryOutcome(Kind.REJECTED, why);
    }
}
