/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import io.faultline.backend.xen.domain.DomainId;
import io.faultline.backend.xen.hypercall.XenError;

/**
 * A domain talks with itself and with domain 0 only. It is what Xen on ARM does.
 *
 * @since 0.1
 */
public final class SiloPolicy implements ChannelPolicy {
    /** Makes the policy. */
    public SiloPolicy() {}

    @Override
    public int mayOffer(int caller, int remote, boolean exists) {
        return exists ? mayConnect(caller, remote) : -XenError.ESRCH;
    }

    @Override
    public int mayConnect(int caller, int remote) {
        return remote == caller || remote == DomainId.CONTROL ? 0 : -XenError.EPERM;
    }
}
