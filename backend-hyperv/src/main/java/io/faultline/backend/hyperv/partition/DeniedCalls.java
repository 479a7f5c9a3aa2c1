/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.partition;

import io.faultline.backend.hyperv.hypercall.Call;
import io.faultline.backend.hyperv.hypercall.CallShape;
import io.faultline.backend.hyperv.hypercall.Hypercall;
import io.faultline.backend.hyperv.hypercall.Status;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls that only a parent partition, or one with a privilege that is never given, may make: they are known, and denied
 * whatever their parameters are (hyperv.md 1.7).
 */
final class DeniedCalls {
    /** A privilege that no partition has. */
    private static final int NEVER = 63;

    private record Known(int code, String name) {}

    private static final List<Known> CALLS = List.of(
            new Known(0x0C, "HvCallModifyVtlProtectionMask"),
            new Known(0x0D, "HvCallEnablePartitionVtl"),
            new Known(0x0F, "HvCallEnableVpVtl"),
            new Known(0x11, "HvCallVtlCall"),
            new Known(0x12, "HvCallVtlReturn"),
            new Known(0x4D, "HvCallInstallIntercept"),
            new Known(0x7E, "HvCallRetargetDeviceInterrupt"),
            new Known(0x90, "HvCallModifySparseGpaPages"),
            new Known(0x94, "HvCallAssertVirtualInterrupt"),
            new Known(0x99, "HvCallStartVirtualProcessor"),
            new Known(0xBD, "HvCallCompleteIntercept"),
            new Known(0xC0, "HvCallSignalEventDirect"),
            new Known(0xC1, "HvCallPostMessageDirect"),
            new Known(0xD9, "HvCallAcceptGpaPages"),
            new Known(0xDB, "HvCallModifySparseGpaPageHostVisibility"),
            new Known(0xE1, "HvCallMapVpStatePage"),
            new Known(0xE2, "HvCallUnmapVpStatePage"),
            new Known(0xE3, "HvCallGetVpState"),
            new Known(0xE4, "HvCallSetVpState"),
            new Known(0x110, "HvCallInstallInterceptEx"),
            new Known(0x8001, "HvExtCallQueryCapabilities"));

    private record Denied(CallShape shape) implements Hypercall {
        @Override
        public int execute(Call call) {
            return Status.ACCESS_DENIED;
        }
    }

    private DeniedCalls() {}

    static List<Hypercall> all() {
        List<Hypercall> all = new ArrayList<>();
        for (Known known : CALLS) {
            all.add(new Denied(CallShape.simple(known.name(), known.code(), NEVER, 0, 0)));
        }
        return all;
    }
}
