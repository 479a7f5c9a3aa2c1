/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import io.faultline.backend.core.pagefault.PortDecoration;

/**
 * The place where one part of the interface can be replaced or wrapped: it sees every part once, when a machine is made.
 *
 * @since 0.1
 */
public interface PageFaultDecoration extends PortDecoration<ApfMachine> {
    /** Leaves every part as it is. */
    PageFaultDecoration NONE = new PageFaultDecoration() {};

    /**
     * Returns the access to shared areas to use. Called before the engine is connected.
     *
     * @param area the standard one
     * @param machine the machine
     * @return the same, or another one in its place
     */
    default AreaAccess area(AreaAccess area, ApfMachine machine) {
        return area;
    }

    /**
     * Returns the call to use.
     *
     * @param function which call
     * @param call the standard one
     * @param machine the machine
     * @return the same, or another one in its place
     */
    default ApfCall call(ApfFunction function, ApfCall call, ApfMachine machine) {
        return call;
    }
}
