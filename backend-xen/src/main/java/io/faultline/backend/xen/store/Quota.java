/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

/**
 * How much a guest may have in xenstore. Nothing grows beyond.
 *
 * @param nodes number of nodes that belong to it: ENOSPC
 * @param nodeBytes bytes of a node: its value, 4 for each permission, the names of its children: ENOSPC
 * @param permissions entries in the permissions of a node: ENOSPC
 * @param watches number of watches: E2BIG
 * @param transactions number of open transactions: ENOSPC
 * @param transactionNodes number of nodes that a transaction looks at: ENOSPC
 * @param replies number of answers that wait for room in the ring; no further request is taken
 * @param events number of events that wait for room in the ring; the connection ends
 */
record Quota(
        int nodes,
        int nodeBytes,
        int permissions,
        int watches,
        int transactions,
        int transactionNodes,
        int replies,
        int events) {
    /** What the reference implementation allows. */
    static final Quota STANDARD = new Quota(1000, 2048, 5, 128, 10, 1024, 20, 1024);
}
