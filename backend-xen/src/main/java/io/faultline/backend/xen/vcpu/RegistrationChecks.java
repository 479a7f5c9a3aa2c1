/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import java.util.Locale;

/**
 * In which order registering a vcpu_info is checked, and what a second registration answers (XEN-032 to XEN-034). The first is
 * what the present Xen does.
 */
public enum RegistrationChecks {
    /**
     * An offset beyond the page is an address that does not exist; then a vCPU that is registered is busy; then the place in
     * the page counts. A vCPU may register any other.
     */
    PRESENT,
    /**
     * As Xen 4.17: the offset is checked first, and once; a vCPU that is registered is an invalid argument, and so is another
     * one that is on.
     */
    OLDER;

    /**
     * Returns the choice as it is written in a setting.
     *
     * @return lower case
     */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
