/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.partition;

import io.faultline.api.synic.SyntheticInterrupts;
import io.faultline.backend.hyperv.synic.Controllers;
import io.faultline.backend.hyperv.synic.EventFlags;
import io.faultline.backend.hyperv.synic.InterruptRequest;
import io.faultline.backend.hyperv.synic.SourceRules;
import jakarta.inject.Inject;

/**
 * The synthetic interrupt controllers of a machine for those outside of the partition.
 *
 * @param interrupts the VMM's side
 * @param controllers values of the registers
 * @param rules what sources mean
 * @param flags event flags
 * @param requests interrupts
 * @since 0.1
 */
public record SynicAccess(
        SyntheticInterrupts interrupts,
        Controllers controllers,
        SourceRules rules,
        EventFlags flags,
        InterruptRequest requests) {
    /** Takes the parts. */
    @Inject
    public SynicAccess {}
}
