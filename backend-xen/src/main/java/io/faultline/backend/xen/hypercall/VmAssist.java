/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.hypercall;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;

/** Hypercall 21: what a guest asks the hypervisor to do differently (xen.md 3.5, XEN-043). */
public final class VmAssist implements Hypercall, StateElement {
    private static final int ENABLE = 0;
    private static final int DISABLE = 1;
    private static final int RUNSTATE_UPDATE_FLAG = 5;

    private boolean runstateUpdateFlag;

    /** Makes the assists of one machine, all off. */
    public VmAssist() {}

    /**
     * Tells whether updates of runstate areas are marked.
     *
     * @return true if the guest asked for it
     */
    public boolean hasRunstateUpdateFlag() {
        return runstateUpdateFlag;
    }

    @Override
    public long call(Caller caller) {
        if (caller.word(1) != RUNSTATE_UPDATE_FLAG) {
            return -XenError.EINVAL;
        }
        return switch (caller.word(0)) {
            case ENABLE -> {
                runstateUpdateFlag = true;
                yield 0;
            }
            case DISABLE -> {
                runstateUpdateFlag = false;
                yield 0;
            }
            default -> -XenError.ENOSYS;
        };
    }

    @Override
    public String stateName() {
        return "assists";
    }

    @Override
    public void reset() {
        runstateUpdateFlag = false;
    }

    @Override
    public void save(StateWriter writer) {
        writer.flag("runstate-update-flag", runstateUpdateFlag);
    }

    @Override
    public void restore(StateReader reader) {
        runstateUpdateFlag = reader.flag("runstate-update-flag");
    }
}
