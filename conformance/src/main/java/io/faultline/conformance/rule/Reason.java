/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.rule;

/**
 * Why a rule has no check.
 *
 * @since 0.1
 */
public enum Reason {
    /** Its check has not been written. */
    NOT_YET,
    /** It needs translation by the guest, stage 1. */
    NEEDS_STAGE1,
    /** It needs something else that no backend here offers. */
    NEEDS_FEATURE,
    /** It speaks of another mechanism than those that can be checked. */
    OTHER_MECHANISM,
    /** It needs a Linux guest. */
    LINUX_SCENARIO,
    /** It speaks of a guest driver with tasks and scheduler, not of a backend. */
    GUEST_DRIVER,
    /** It cannot be observed through the API. */
    NOT_OBSERVABLE
}
