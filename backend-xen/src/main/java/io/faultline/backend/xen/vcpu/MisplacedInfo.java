/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.backend.xen.hypercall.XenError;
import java.util.Locale;

/**
 * What registering a vcpu_info answers if it would cross a page or is not aligned (XEN-034). The first is what the
 * present Xen does.
 */
public enum MisplacedInfo {
    /** ENXIO. */
    ENXIO(XenError.ENXIO),
    /** EINVAL, as older versions did. */
    EINVAL(XenError.EINVAL);

    private final int error;

    MisplacedInfo(int error) {
        this.error = error;
    }

    int error() {
        return error;
    }

    /**
     * Returns the choice as it is written in a setting.
     *
     * @return lower case
     */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
