/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import io.faultline.backend.xen.domain.DomainId;
import io.faultline.backend.xen.event.abi.EventDomain;
import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Struct;
import io.faultline.backend.xen.hypercall.XenError;
import jakarta.inject.Inject;

/** The structures of the calls that make a port. If the port cannot be told to the guest, it exists all the same (XEN-010). */
final class BindingCalls {
    private static final int INTERDOMAIN_BYTES = 12;
    private static final int VIRQ_BYTES = 12;
    private static final int PIRQ_BYTES = 12;
    private static final int UNBOUND_BYTES = 8;
    private static final int IPI_BYTES = 8;

    private final EventDomain domain;
    private final Routes routes;
    private final PortBinding binding;

    @Inject
    BindingCalls(EventDomain domain, Routes routes, PortBinding binding) {
        this.domain = domain;
        this.routes = routes;
        this.binding = binding;
    }

    long bindInterdomain(Caller caller) {
        if (!caller.readStruct(caller.argument(1), INTERDOMAIN_BYTES)) {
            return -XenError.EFAULT;
        }
        Struct struct = caller.struct();
        return told(caller, INTERDOMAIN_BYTES, 8, binding.bindInterdomain(struct.u16(0), struct.u32(4)));
    }

    long bindVirq(Caller caller) {
        if (!caller.readStruct(caller.argument(1), VIRQ_BYTES)) {
            return -XenError.EFAULT;
        }
        Struct struct = caller.struct();
        return told(caller, VIRQ_BYTES, 8, binding.bindVirq(struct.u32(0), struct.u32(4)));
    }

    /** Physical interrupts have no ports on ARM. */
    long bindPirq(Caller caller) {
        return caller.readStruct(caller.argument(1), PIRQ_BYTES) ? -XenError.EOPNOTSUPP : -XenError.EFAULT;
    }

    long allocateUnbound(Caller caller) {
        if (!caller.readStruct(caller.argument(1), UNBOUND_BYTES)) {
            return -XenError.EFAULT;
        }
        Struct struct = caller.struct();
        int owner = routes.realId(struct.u16(0));
        return owner == domain.id()
                ? told(caller, UNBOUND_BYTES, 4, binding.allocateUnbound(struct.u16(2)))
                : refusedInOther(owner);
    }

    /** A port is looked for before it is found out that the caller has no right to it. */
    private long refusedInOther(int owner) {
        EventChannels machine = routes.machine(owner);
        if (machine != null) {
            int port = machine.choose();
            return port < 0 ? port : -XenError.EPERM;
        }
        return owner == DomainId.CONTROL ? -XenError.EPERM : -XenError.ESRCH;
    }

    long bindIpi(Caller caller) {
        return caller.readStruct(caller.argument(1), IPI_BYTES)
                ? told(caller, IPI_BYTES, 4, binding.bindIpi(caller.struct().u32(0)))
                : -XenError.EFAULT;
    }

    private static long told(Caller caller, int bytes, int field, int port) {
        if (port < 0) {
            return port;
        }
        caller.struct().u32(field, port);
        return caller.writeStruct(caller.argument(1), bytes) ? 0 : -XenError.EFAULT;
    }
}
