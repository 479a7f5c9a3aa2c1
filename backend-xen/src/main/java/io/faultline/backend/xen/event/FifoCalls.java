/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import io.faultline.backend.xen.event.abi.EventWord;
import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Struct;
import io.faultline.backend.xen.hypercall.XenError;
import jakarta.inject.Inject;

/** The structures of the calls for the FIFO ABI. */
final class FifoCalls {
    private static final int INIT_CONTROL_BYTES = 24;
    private static final int EXPAND_ARRAY_BYTES = 8;
    private static final int SET_PRIORITY_BYTES = 8;

    private final FifoSetup setup;

    @Inject
    FifoCalls(FifoSetup setup) {
        this.setup = setup;
    }

    long initControl(Caller caller) {
        if (!caller.readStruct(caller.argument(1), INIT_CONTROL_BYTES)) {
            return -XenError.EFAULT;
        }
        Struct struct = caller.struct();
        int result = setup.initControl(struct.u32(12), struct.u64(0), struct.u32(8));
        if (result < 0) {
            return result;
        }
        struct.u8(16, EventWord.LINK_BITS);
        return caller.writeStruct(caller.argument(1), INIT_CONTROL_BYTES) ? 0 : -XenError.EFAULT;
    }

    long expandArray(Caller caller) {
        return caller.readStruct(caller.argument(1), EXPAND_ARRAY_BYTES)
                ? setup.expandArray(caller.struct().u64(0))
                : -XenError.EFAULT;
    }

    long setPriority(Caller caller) {
        return caller.readStruct(caller.argument(1), SET_PRIORITY_BYTES)
                ? setup.setPriority(caller.struct().u32(0), caller.struct().u32(4))
                : -XenError.EFAULT;
    }
}
