/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

import io.faultline.backend.hyperv.hypercall.Status;

/** A partition in the parameters of a call. */
final class PartitionArgument {
    /** The partition that makes the call. */
    static final long SELF = -1;

    private PartitionArgument() {}

    /** A guest is not the parent of anybody: ACCESS_DENIED unless it names itself. */
    static int check(long partition) {
        return partition == SELF ? Status.SUCCESS : Status.ACCESS_DENIED;
    }
}
