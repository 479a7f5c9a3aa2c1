/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import io.faultline.backend.kvm.sdei.SdeiDispatcher;

/**
 * What the SDEI dispatcher is about on a vCPU, for a route that does not use it and must not get in its way.
 *
 * @since 0.1
 */
public interface EventActivity {
    /** A guest without a dispatcher. */
    EventActivity NONE = new EventActivity() {
        @Override
        public boolean isHandlerRunning(int vcpu) {
            return false;
        }

        @Override
        public boolean isDue(int vcpu) {
            return false;
        }
    };

    /**
     * Tells whether a handler runs: it was entered and has not completed.
     *
     * @param vcpu index of the vCPU
     * @return true if one does
     */
    boolean isHandlerRunning(int vcpu);

    /**
     * Tells whether a handler is entered before the next instruction.
     *
     * @param vcpu index of the vCPU
     * @return true if one is
     */
    boolean isDue(int vcpu);

    /**
     * Asks a dispatcher.
     *
     * @param dispatcher the dispatcher of the machine
     * @return what it is about
     */
    static EventActivity of(SdeiDispatcher dispatcher) {
        return new EventActivity() {
            @Override
            public boolean isHandlerRunning(int vcpu) {
                return dispatcher.state().processor(vcpu).depth() > 0;
            }

            @Override
            public boolean isDue(int vcpu) {
                return dispatcher.isDue(vcpu);
            }
        };
    }
}
