/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.partition;

import io.faultline.backend.hyperv.hypercall.Call;
import io.faultline.backend.hyperv.hypercall.CallShape;
import io.faultline.backend.hyperv.hypercall.Hypercall;
import io.faultline.backend.hyperv.hypercall.Privilege;
import io.faultline.backend.hyperv.hypercall.Status;

/** HvCallGetPartitionId: each machine is the only child of its host. */
final class PartitionIdCall implements Hypercall {
    private static final int CODE = 0x46;
    private static final long PARTITION = 2;
    private static final CallShape SHAPE =
            CallShape.simple("HvCallGetPartitionId", CODE, Privilege.PARTITION_ID.bit(), 0, Long.BYTES);

    @Override
    public CallShape shape() {
        return SHAPE;
    }

    @Override
    public int execute(Call call) {
        call.put64(0, PARTITION);
        return Status.SUCCESS;
    }
}
