/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.intercept;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.machine.VcpuExit;
import io.faultline.backend.core.machine.VirtualProcessor;
import java.util.Optional;

/**
 * What the machine asks when its guest makes an access that may be the business of the VMM.
 *
 * @since 0.1
 */
public interface Interceptor {
    /**
     * The guest needs a page that is absent, or the hypervisor in its name one that is absent or forbidden. If the VMM wants to
     * know, the vCPU is suspended.
     *
     * @param vcpu the vCPU, in the trap
     * @param access how the page was to be accessed
     * @param page guest-physical address of the page
     * @param stage1Walk whether a stage 1 table walk or the hypervisor makes the access
     * @return false if nothing has happened
     */
    boolean absent(VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk);

    /**
     * The guest makes an access that stage 2 does not permit. If that is what the VMM has said, the vCPU is suspended.
     *
     * @param vcpu the vCPU, in the trap
     * @param access how the page was to be accessed
     * @param page guest-physical address of the page
     * @param stage1Walk whether a stage 1 table walk makes the access
     * @return false if nothing has happened
     */
    boolean forbidden(VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk);

    /**
     * Tells what keeps a vCPU from executing.
     *
     * @param vcpu index of the vCPU
     * @return the exit; empty unless it is suspended
     */
    Optional<VcpuExit> obstacle(int vcpu);
}
