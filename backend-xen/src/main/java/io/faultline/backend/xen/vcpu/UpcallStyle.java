/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import java.util.Locale;

/** When the event interrupt is asserted: the three behaviours of xen.md 5.3. The first is the default. */
public enum UpcallStyle {
    /** The line is high exactly while {@code evtchn_upcall_pending} is not zero. */
    LEVEL,
    /**
     * One pulse each time that the hypervisor sets the byte, as the default vGIC of Xen does it. A vCPU that is off does
     * not get it, and never will until it clears the byte itself.
     */
    EDGE,
    /** The line rises when the hypervisor sets the byte and follows the byte at each trap and end of the interrupt. */
    RESAMPLED;

    /**
     * Returns the choice as it is written in a setting.
     *
     * @return lower case
     */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
