/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.backend.core.machine.Host;
import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Hypercall;
import io.faultline.backend.xen.hypercall.XenError;
import jakarta.inject.Inject;

/**
 * vcpu_op, hypercall 24: the command in argument 0, the vCPU in argument 1, a structure at argument 2. The vCPU is looked
 * at first, whatever the command (XEN-035).
 */
public final class VcpuOperations implements Hypercall {
    private static final int REGISTER_RUNSTATE = 5;
    private static final int REGISTER_INFO = 10;
    private static final int POINTER_BYTES = 8;

    private final Host host;
    private final InfoRegistration info;
    private final Runstates runstates;

    @Inject
    VcpuOperations(Host host, InfoRegistration info, Runstates runstates) {
        this.host = host;
        this.info = info;
        this.runstates = runstates;
    }

    @Override
    public long call(Caller caller) {
        if (Integer.compareUnsigned(caller.word(1), host.vcpuCount()) >= 0) {
            return -XenError.ENOENT;
        }
        return switch (caller.word(0)) {
            case REGISTER_INFO -> info.call(caller);
            case REGISTER_RUNSTATE -> registerRunstate(caller);
            default -> -XenError.EINVAL;
        };
    }

    /** The first copy goes through the tables of the caller; whether it arrives does not matter. */
    private long registerRunstate(Caller caller) {
        if (!caller.readStruct(caller.argument(2), POINTER_BYTES)) {
            return -XenError.EFAULT;
        }
        int vcpu = caller.word(1);
        long address = caller.struct().u64(0);
        runstates.register(vcpu, address);
        caller.writeStruct(address, runstates.read(vcpu, caller.struct()));
        return 0;
    }
}
