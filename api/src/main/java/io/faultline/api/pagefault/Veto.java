/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.pagefault;

import java.util.Objects;

/**
 * A named reason why a fault was not announced to the guest. A backend may define more.
 *
 * @param name stable name: lower-case words joined by {@code -}
 * @param meaning a clause that completes "the fault was not announced because"
 * @since 0.1
 */
public record Veto(String name, String meaning) {
    /** The guest has not enabled asynchronous page faults on this vCPU. */
    public static final Veto NOT_ENABLED =
            new Veto("not-enabled", "the guest has not enabled asynchronous page faults on this vCPU");

    /** The guest was in supervisor mode and has not asked for such faults (APF-047). */
    public static final Veto SUPERVISOR_MODE =
            new Veto("supervisor-mode", "the guest was in supervisor mode and has not asked for such faults (APF-047)");

    /** The interrupt that carries the notification could not be taken (APF-049). */
    public static final Veto INTERRUPTS_MASKED =
            new Veto("interrupts-masked", "the interrupt that carries the notification could not be taken (APF-049)");

    /** SDEI events are masked on the PE (APF-050). */
    public static final Veto EVENT_MASKED = new Veto("event-masked", "SDEI events are masked on the PE (APF-050)");

    /** The event that carries the notification is not registered and enabled (APF-157). */
    public static final Veto EVENT_NOT_READY = new Veto(
            "event-not-ready", "the event that carries the notification is not registered and enabled (APF-157)");

    /** An SDEI handler runs on the vCPU (APF-051). */
    public static final Veto HANDLER_RUNNING =
            new Veto("handler-running", "an SDEI handler runs on the vCPU (APF-051)");

    /** Another event is pending on the vCPU and goes first (SDEI-197). */
    public static final Veto EVENT_PENDING =
            new Veto("event-pending", "another event is pending on the vCPU and goes first (SDEI-197)");

    /** An exception or interrupt is about to be taken (APF-052). */
    public static final Veto EXCEPTION_PENDING =
            new Veto("exception-pending", "an exception or interrupt is about to be taken (APF-052)");

    /** The guest has not consumed the previous notification (APF-034). */
    public static final Veto NOTIFICATION_OUTSTANDING =
            new Veto("notification-outstanding", "the guest has not consumed the previous notification (APF-034)");

    /** The shared area cannot be written (APF-035). */
    public static final Veto AREA_UNWRITABLE =
            new Veto("area-unwritable", "the shared area cannot be written (APF-035)");

    /** The page holds the shared area itself (APF-036). */
    public static final Veto AREA_PAGE = new Veto("area-page", "the page holds the shared area itself (APF-036)");

    /** As many faults are outstanding on the vCPU as it has slots (APF-132). */
    public static final Veto LIMIT_REACHED =
            new Veto("limit-reached", "as many faults are outstanding on the vCPU as it has slots (APF-132)");

    /** The page was already on its way for this vCPU (APF-075). */
    public static final Veto IN_FLIGHT =
            new Veto("in-flight", "the page was already on its way for this vCPU (APF-075)");

    /** The guest is stepping through this instruction (APF-065). */
    public static final Veto SINGLE_STEP =
            new Veto("single-step", "the guest is stepping through this instruction (APF-065)");

    /** The VMM asked for synchronous handling (APF-086). */
    public static final Veto VMM_DECLINED =
            new Veto("vmm-declined", "the VMM asked for synchronous handling (APF-086)");

    /** Bringing in the page failed too often (APF-093). */
    public static final Veto FAILED_BEFORE =
            new Veto("failed-before", "bringing in the page failed too often (APF-093)");

    /** No page source serves the page. */
    public static final Veto NO_SOURCE = new Veto("no-source", "no page source serves the page");

    /** The page holds a translation table of the guest. */
    public static final Veto TABLE_WALK = new Veto("table-walk", "the page holds a translation table of the guest");

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if the name has other characters than lower-case letters and {@code -}
     */
    public Veto {
        if (!Objects.requireNonNull(name, "name").matches("[a-z]+(-[a-z]+)*")) {
            throw new IllegalArgumentException("veto name '" + name + "' must be lower-case words joined by '-'");
        }
        Objects.requireNonNull(meaning, "meaning");
    }

    @Override
    public String toString() {
        return name;
    }
}
