/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.pagefault;

import io.faultline.backend.core.pagefault.PortDecoration;

/**
 * The place where one part of asynchronous page faults can be replaced or wrapped: it sees every part once, when a machine
 * is made. It is bound like the other parts of a machine.
 *
 * @since 0.1
 */
public interface PageFaultDecoration extends PortDecoration<PageFaults> {
    /** Leaves every part as it is. */
    PageFaultDecoration NONE = new PageFaultDecoration() {};
}
