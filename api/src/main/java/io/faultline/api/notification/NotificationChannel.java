/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.notification;

import io.faultline.api.arm64.InterruptId;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiPriority;
import java.util.Objects;

/**
 * A way by which a notification reaches a guest.
 *
 * <p>A VMM names the channels it wants in the plan of a machine; the backend recognises or refuses each. Two owners of
 * one number are a conflict and refused with both names.
 *
 * @since 0.1
 */
public sealed interface NotificationChannel {
    /**
     * An SDEI event that the VMM can raise.
     *
     * @param event event number, 0 to 0x7FFFFFFF (SDEI-022); 0 is always there and is private and normal
     * @param type private or shared
     * @param priority normal or critical
     */
    record SdeiEvent(int event, SdeiEventType type, SdeiPriority priority) implements NotificationChannel {
        /**
         * Checks the event number.
         *
         * @throws IllegalArgumentException if the number is negative, or 0 with another type or priority than it has
         */
        public SdeiEvent {
            Objects.requireNonNull(type, "type");
            Objects.requireNonNull(priority, "priority");
            if (event < 0) {
                throw new IllegalArgumentException(
                        "SDEI event number 0x" + Integer.toHexString(event) + " has bit 31 set");
            }
            if (event == 0 && (type != SdeiEventType.PRIVATE || priority != SdeiPriority.NORMAL)) {
                throw new IllegalArgumentException("SDEI event 0 is private and normal");
            }
        }
    }

    /**
     * A private peripheral interrupt that the VMM can raise.
     *
     * @param interrupt INTID 16 to 31
     * @param trigger level or edge
     */
    record Ppi(InterruptId interrupt, Trigger trigger) implements NotificationChannel {
        /**
         * Checks the interrupt number.
         *
         * @throws IllegalArgumentException if the INTID is not that of a PPI
         */
        public Ppi {
            Objects.requireNonNull(trigger, "trigger");
            if (!interrupt.isPpi()) {
                throw new IllegalArgumentException(interrupt + " is not a PPI: PPIs are INTID 16 to 31");
            }
        }
    }

    /**
     * A Xen event channel.
     *
     * @param port port number, at least 1
     */
    record EventChannel(int port) implements NotificationChannel {
        /**
         * Checks the port.
         *
         * @throws IllegalArgumentException if the port is less than 1; port 0 is never valid
         */
        public EventChannel {
            if (port < 1) {
                throw new IllegalArgumentException("event channel port " + port + " is less than 1");
            }
        }
    }

    /**
     * A virtual interrupt of Xen: an event on the port to which the guest has bound its number.
     *
     * @param number 0 to 23; those that only a privileged domain gets are refused
     */
    record Virq(int number) implements NotificationChannel {
        private static final int LAST = 23;

        /**
         * Checks the number.
         *
         * @throws IllegalArgumentException if the number is outside 0 to 23
         */
        public Virq {
            if (number < 0 || number > LAST) {
                throw new IllegalArgumentException("VIRQ " + number + " is outside 0 to 23");
            }
        }
    }

    /**
     * An event flag of a Hyper-V synthetic interrupt controller. Messages go through
     * {@link io.faultline.api.synic.SyntheticInterrupts}.
     *
     * @param source synthetic interrupt source, 0 to 15
     * @param flag number of the flag, 0 to 2047
     */
    record Synic(int source, int flag) implements NotificationChannel {
        private static final int SOURCES = 16;
        private static final int FLAGS = 2048;

        /**
         * Checks source and flag.
         *
         * @throws IllegalArgumentException if the source is outside 0 to 15, or the flag outside 0 to 2047
         */
        public Synic {
            if (source < 0 || source >= SOURCES) {
                throw new IllegalArgumentException("synthetic interrupt source " + source + " is outside 0 to 15");
            }
            if (flag < 0 || flag >= FLAGS) {
                throw new IllegalArgumentException("event flag " + flag + " is outside 0 to 2047");
            }
        }
    }
}
