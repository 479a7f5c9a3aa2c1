/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

/** What moves a fault through its life. */
enum FaultEvent {
    /** The guest is told. */
    ANNOUNCE,
    /** The guest is not told. */
    HIDE,
    /** The page is there or could not be brought in, and nobody has to be told. */
    ARRIVE_SILENTLY,
    /** The page is there or could not be brought in, and ready is to be shown. */
    ARRIVE,
    /** The guest refuses asynchronous handling. */
    DECLINE,
    /** A wake-all that ends the fault is to be shown. */
    COVER,
    /** The notification that ends the fault is shown. */
    SHOW,
    /** The guest acknowledges ready. */
    ACKNOWLEDGE,
    /** The fault ends without a notification. */
    CANCEL
}
