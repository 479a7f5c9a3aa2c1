/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import io.faultline.api.state.StateElement;
import io.faultline.backend.core.machine.AbsentPageHandler;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.kvm.sdei.SdeiDispatcher;
import java.util.Optional;

/**
 * What a machine needs of asynchronous page faults: the handler of absent pages, and the calls by which a guest controls
 * it. One instance for each machine.
 *
 * @since 0.1
 */
public interface PageFaultFront extends StateElement {
    /**
     * Gives this its machine. Called once, before anything else.
     *
     * @param host the machine
     * @param dispatcher raises the event that carries not-present; empty if the guest has no SDEI dispatcher
     * @return the handler of absent pages, which the machine saves, restores and resets itself
     */
    AbsentPageHandler attach(Host host, Optional<SdeiDispatcher> dispatcher);

    /**
     * Handles a call, with arguments in X1 and up and results in X0 and up.
     *
     * @param vcpu the vCPU
     * @param function function identifier, W0
     * @return false if the function is not of this interface; nothing was changed then
     */
    boolean call(VirtualProcessor vcpu, int function);
}
