/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.memory;

import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Hypercall;
import io.faultline.backend.xen.hypercall.XenError;

/**
 * The hypercall hvm_op, number 34: operation, structure (xen.md 6.7, XEN-020 to XEN-023).
 *
 * @since 0.1
 */
public final class HvmOp implements Hypercall {
    private static final long SET_PARAM = 0;
    private static final long GET_PARAM = 1;
    private static final long GUEST_REQUEST_VM_EVENT = 24;
    private static final int BYTES = 16;
    private static final int DOMAIN = 0;
    private static final int INDEX = 4;
    private static final int VALUE = 8;

    private final HvmParameters parameters;
    private final KnownDomains domains;

    /**
     * Makes the call.
     *
     * @param parameters the values
     * @param domains which domains there are
     */
    public HvmOp(HvmParameters parameters, KnownDomains domains) {
        this.parameters = parameters;
        this.domains = domains;
    }

    @Override
    public long call(Caller caller) {
        // The operation has 64 bits, unlike the commands of other calls (XEN-018 does not hold here).
        long operation = caller.argument(0);
        if (operation == GUEST_REQUEST_VM_EVENT) {
            return caller.argument(1) == 0 ? 0 : -XenError.EINVAL;
        }
        if (operation != GET_PARAM && operation != SET_PARAM) {
            return -XenError.ENOSYS;
        }
        if (!caller.readStruct(caller.argument(1), BYTES)) {
            return -XenError.EFAULT;
        }
        int index = caller.struct().u32(INDEX);
        if (index < 0 || index >= HvmParameter.FIRST_UNKNOWN) {
            return -XenError.EINVAL;
        }
        int error = domains.judge(caller.struct().u16(DOMAIN));
        if (error != 0) {
            return -error;
        }
        HvmParameter parameter = HvmParameter.at(index);
        if (parameter == null) {
            return -XenError.EINVAL;
        }
        if (operation == SET_PARAM || !parameter.isReadable()) {
            return -XenError.EPERM;
        }
        caller.struct().u64(VALUE, parameters.get(parameter));
        return caller.writeStruct(caller.argument(1), BYTES) ? 0 : -XenError.EFAULT;
    }
}
