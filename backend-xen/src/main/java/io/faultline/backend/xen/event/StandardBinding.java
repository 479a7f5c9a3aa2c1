/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import io.faultline.backend.xen.event.abi.CurrentAbi;
import io.faultline.backend.xen.event.abi.EventDomain;
import io.faultline.backend.xen.event.port.PortState;
import io.faultline.backend.xen.event.port.PortTable;
import io.faultline.backend.xen.hypercall.XenError;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/**
 * The order of the checks is the one of xen.md 4.2; a number is taken only after all of them.
 *
 * @since 0.1
 */
@Singleton
public class StandardBinding implements PortBinding {
    private final EventDomain domain;
    private final PortTable ports;
    private final CurrentAbi abi;
    private final PortChoice choice;
    private final ChannelPolicy policy;
    private final Routes routes;
    private final VirqTable virqs;
    private final EventSettings settings;

    @Inject
    StandardBinding(
            EventDomain domain,
            PortTable ports,
            CurrentAbi abi,
            PortChoice choice,
            ChannelPolicy policy,
            Routes routes,
            VirqTable virqs,
            EventSettings settings) {
        this.domain = domain;
        this.ports = ports;
        this.abi = abi;
        this.choice = choice;
        this.policy = policy;
        this.routes = routes;
        this.virqs = virqs;
        this.settings = settings;
    }

    @Override
    public int allocateUnbound(int remote) {
        int port = choice.choose();
        if (port < 0) {
            return port;
        }
        int real = routes.realId(remote);
        int verdict = policy.mayOffer(domain.id(), real, routes.exists(real));
        if (verdict < 0) {
            return verdict;
        }
        ports.bind(port, PortState.UNBOUND, real, 0, 0);
        return port;
    }

    @Override
    public int bindInterdomain(int remoteDomain, int remote) {
        int real = routes.realId(remoteDomain);
        ChannelEnds ends = routes.to(real);
        if (ends == null) {
            return -XenError.ESRCH;
        }
        int port = choice.choose();
        if (port < 0) {
            return port;
        }
        if (!ends.isOffered(remote, domain.id())) {
            return -XenError.EINVAL;
        }
        int verdict = policy.mayConnect(domain.id(), real);
        if (verdict < 0) {
            return verdict;
        }
        ports.bind(port, PortState.INTERDOMAIN, real, remote, 0);
        ends.connect(remote, domain.id(), port);
        // What was sent to the other end before it was connected went nowhere.
        abi.setPending(port, 0);
        return port;
    }

    @Override
    public int bindVirq(int virq, int vcpu) {
        if (Integer.compareUnsigned(virq, VirqType.COUNT) >= 0) {
            return -XenError.EINVAL;
        }
        VirqType type = VirqType.of(virq);
        if (type != VirqType.VCPU && vcpu != 0) {
            return -XenError.EINVAL;
        }
        if (!domain.hasVcpu(vcpu)) {
            return -XenError.ENOENT;
        }
        if (type == VirqType.GLOBAL && settings.globalVirq() == EventSettings.GlobalVirq.BUSY) {
            return -XenError.EBUSY;
        }
        if (virqs.port(virq, vcpu) != 0) {
            return -XenError.EEXIST;
        }
        int port = choice.choose();
        if (port > 0) {
            ports.bind(port, PortState.VIRQ, 0, virq, vcpu);
            virqs.bind(virq, vcpu, port);
        }
        return port;
    }

    @Override
    public int bindIpi(int vcpu) {
        if (!domain.hasVcpu(vcpu)) {
            return -XenError.ENOENT;
        }
        int port = choice.choose();
        if (port > 0) {
            ports.bind(port, PortState.IPI, 0, 0, vcpu);
        }
        return port;
    }
}
