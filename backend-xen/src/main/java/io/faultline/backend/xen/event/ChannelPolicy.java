/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

/**
 * Which domains may have a channel between them (xen.md 4.2, XSM).
 *
 * @since 0.1
 */
public interface ChannelPolicy {
    /**
     * Judges an offer: a domain makes a port of its own to which another one may connect.
     *
     * @param caller the domain, an unprivileged one
     * @param remote the other, by its real number; may be the same
     * @param exists whether there is such a domain
     * @return 0, or a negated number of {@link io.faultline.backend.xen.hypercall.XenError}
     */
    int mayOffer(int caller, int remote, boolean exists);

    /**
     * Judges a connection to a port that was offered.
     *
     * @param caller the domain that connects
     * @param remote the domain that offered, which exists
     * @return 0, or a negated number of {@link io.faultline.backend.xen.hypercall.XenError}
     */
    int mayConnect(int caller, int remote);
}
