/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

/** Errors of xenstore. They go to the guest by name (xen.md 6.6). */
enum StoreError {
    /** A request, a path or a parameter is malformed. */
    EINVAL,
    /** The guest may not do this with the node, or may not know of it. */
    EACCES,
    /** A watch is there already. */
    EEXIST,
    /** There is no such node, watch or transaction. */
    ENOENT,
    /** A quota of nodes or transactions, or of the size of a node, is used up. */
    ENOSPC,
    /** A transaction is begun within a transaction. */
    EBUSY,
    /** Something that a transaction has used was changed meanwhile. */
    EAGAIN,
    /** An answer does not fit a message, or there are too many watches. */
    E2BIG,
    /** The guest may not give a node away. */
    EPERM,
    /** There is no such request. */
    ENOSYS
}
