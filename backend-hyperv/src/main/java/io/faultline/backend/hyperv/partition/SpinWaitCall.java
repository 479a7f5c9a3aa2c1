/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.partition;

import io.faultline.backend.hyperv.hypercall.Call;
import io.faultline.backend.hyperv.hypercall.CallShape;
import io.faultline.backend.hyperv.hypercall.Hypercall;
import io.faultline.backend.hyperv.hypercall.Status;

/** HvCallNotifyLongSpinWait: a hint that another vCPU should run, which is up to the VMM. */
final class SpinWaitCall implements Hypercall {
    private static final CallShape SHAPE =
            CallShape.simple("HvCallNotifyLongSpinWait", 0x8, CallShape.NO_PRIVILEGE, Long.BYTES, 0);

    @Override
    public CallShape shape() {
        return SHAPE;
    }

    @Override
    public int execute(Call call) {
        return Status.SUCCESS;
    }
}
