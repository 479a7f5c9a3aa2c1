/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

/** A message on its way to whoever takes it. */
interface Posting {
    /** Message type. */
    int type();

    /** Bytes of the payload, 0 to 240. */
    int size();

    /** Copies the payload to the beginning of an array. */
    void copy(byte[] target);

    /** Whether a guest sends it, which is told at once if the target is off. */
    boolean isOfGuest();
}
