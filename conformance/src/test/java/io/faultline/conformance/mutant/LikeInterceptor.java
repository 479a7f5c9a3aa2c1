/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import com.google.inject.Injector;
import io.faultline.api.arm64.AccessKind;
import io.faultline.api.machine.VcpuExit;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.hyperv.intercept.Interceptor;
import io.faultline.backend.hyperv.intercept.Intercepts;
import java.util.Optional;

/** What stops a vCPU at an access; a mutant changes some of it. */
class LikeInterceptor implements Interceptor {
    final Host host;
    final Intercepts right;

    LikeInterceptor(Injector parts) {
        host = parts.getInstance(Host.class);
        right = parts.getInstance(Intercepts.class);
    }

    @Override
    public boolean absent(VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk) {
        return right.absent(vcpu, access, page, stage1Walk);
    }

    @Override
    public boolean forbidden(VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk) {
        return right.forbidden(vcpu, access, page, stage1Walk);
    }

    @Override
    public Optional<VcpuExit> obstacle(int vcpu) {
        return right.obstacle(vcpu);
    }
}
