/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import io.faultline.backend.xen.domain.DomainId;
import io.faultline.backend.xen.event.abi.CurrentAbi;
import io.faultline.backend.xen.event.abi.EventDomain;
import io.faultline.backend.xen.event.port.PortState;
import io.faultline.backend.xen.event.port.PortTable;
import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Struct;
import io.faultline.backend.xen.hypercall.XenError;
import jakarta.inject.Inject;

/** The calls that do something with a port. */
final class PortCalls {
    private static final int PORT_BYTES = 4;
    private static final int STATUS_BYTES = 24;
    private static final int BIND_VCPU_BYTES = 8;

    private final EventDomain domain;
    private final PortTable ports;
    private final CurrentAbi abi;
    private final Routes routes;
    private final PortClosing closing;
    private final EventChannels channels;
    private final EventSettings settings;

    @Inject
    PortCalls(
            EventDomain domain,
            PortTable ports,
            CurrentAbi abi,
            Routes routes,
            PortClosing closing,
            EventChannels channels,
            EventSettings settings) {
        this.domain = domain;
        this.ports = ports;
        this.abi = abi;
        this.routes = routes;
        this.closing = closing;
        this.channels = channels;
        this.settings = settings;
    }

    long close(Caller caller) {
        if (!caller.readStruct(caller.argument(1), PORT_BYTES)) {
            return -XenError.EFAULT;
        }
        int port = caller.struct().u32(0);
        if (!ports.isUsable(port)) {
            return -XenError.EINVAL;
        }
        closing.close(port);
        return 0;
    }

    long send(Caller caller) {
        return caller.readStruct(caller.argument(1), PORT_BYTES)
                ? channels.send(caller.struct().u32(0))
                : -XenError.EFAULT;
    }

    long unmask(Caller caller) {
        if (!caller.readStruct(caller.argument(1), PORT_BYTES)) {
            return -XenError.EFAULT;
        }
        int port = caller.struct().u32(0);
        if (!ports.isValid(port)) {
            return -XenError.EINVAL;
        }
        if (ports.isUsable(port)) {
            abi.unmask(port, ports.vcpu(port));
        }
        return 0;
    }

    long bindVcpu(Caller caller) {
        if (!caller.readStruct(caller.argument(1), BIND_VCPU_BYTES)) {
            return -XenError.EFAULT;
        }
        int port = caller.struct().u32(0);
        int vcpu = caller.struct().u32(4);
        if (!domain.hasVcpu(vcpu)) {
            return -XenError.ENOENT;
        }
        if (!ports.isUsable(port) || !isMovable(port)) {
            return -XenError.EINVAL;
        }
        boolean moves = ports.vcpu(port) != vcpu;
        ports.vcpu(port, vcpu);
        if (moves && settings.rebinding() == EventSettings.Rebinding.RAISED) {
            abi.redeliver(port, vcpu);
        }
        return 0;
    }

    private boolean isMovable(int port) {
        PortState state = ports.state(port);
        return state == PortState.VIRQ ? VirqType.of(ports.virq(port)) != VirqType.VCPU : state != PortState.IPI;
    }

    long status(Caller caller) {
        if (!caller.readStruct(caller.argument(1), STATUS_BYTES)) {
            return -XenError.EFAULT;
        }
        Struct struct = caller.struct();
        int owner = routes.realId(struct.u16(0));
        int port = struct.u32(4);
        if (owner != domain.id()) {
            return refusedInOther(owner, port);
        }
        if (!ports.isValid(port)) {
            return -XenError.EINVAL;
        }
        if (ports.consumer(port) != 0 && settings.xenOwnedStatus() == EventSettings.XenOwnedStatus.REFUSED) {
            return -XenError.EACCES;
        }
        describe(port, struct);
        return caller.writeStruct(caller.argument(1), STATUS_BYTES) ? 0 : -XenError.EFAULT;
    }

    /** How many ports domain 0 has is not known: there every number counts as valid. */
    private long refusedInOther(int owner, int port) {
        EventChannels machine = routes.machine(owner);
        if (machine != null) {
            return machine.ports().isValid(port) ? -XenError.EPERM : -XenError.EINVAL;
        }
        return owner == DomainId.CONTROL ? -XenError.EPERM : -XenError.ESRCH;
    }

    /** What does not belong to the state stays as the guest had it (XEN-065). */
    private void describe(int port, Struct struct) {
        PortState state = ports.state(port);
        struct.u32(8, state.status());
        struct.u32(12, ports.vcpu(port));
        switch (state) {
            case UNBOUND:
                struct.u16(16, ports.remoteDomain(port));
                break;
            case INTERDOMAIN:
                struct.u16(16, ports.remoteDomain(port));
                struct.u32(20, ports.remotePort(port));
                break;
            case VIRQ:
                struct.u32(16, ports.virq(port));
                break;
            default:
                break;
        }
    }
}
