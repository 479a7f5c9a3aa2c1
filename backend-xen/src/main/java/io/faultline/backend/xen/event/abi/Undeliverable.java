/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event.abi;

/**
 * What becomes of an event for a vCPU without a control block (XEN-121). The first is what present Xen does.
 *
 * @since 0.1
 */
public enum Undeliverable {
    /** It is dropped, and its event word stays as it is (since 2022). */
    DROPPED,
    /** It is dropped, but PENDING is set (before 2022). */
    PENDING
}
