/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

/** Where a connection leads. */
interface Destination {
    /** Takes a message; a {@link io.faultline.backend.hyperv.hypercall.Status}. */
    int post(Posting posting);

    /** Takes a signal; a {@link io.faultline.backend.hyperv.hypercall.Status}. */
    int signal(int flag);

    /** SUCCESS if it takes messages; what a message would come to, whatever it says, otherwise. */
    int takesMessages();
}
