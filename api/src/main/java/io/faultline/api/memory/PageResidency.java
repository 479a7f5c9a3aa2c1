/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.memory;

/**
 * Whether a page holds its data.
 *
 * @since 0.1
 */
public enum PageResidency {
    /** The data is there. */
    RESIDENT,
    /** The data is elsewhere and nobody has asked for it. */
    ABSENT,
    /** The page source has been asked and has not answered. */
    FETCHING,
    /** The data is lost: an access gives the guest an external abort. */
    POISONED
}
