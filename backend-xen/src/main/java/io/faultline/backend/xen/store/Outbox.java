/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

/** Where answers and events go. */
interface Outbox {
    void send(Message message);
}
