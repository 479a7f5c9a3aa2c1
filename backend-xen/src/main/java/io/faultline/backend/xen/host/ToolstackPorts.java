/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.host;

import io.faultline.backend.xen.domain.DomainId;
import io.faultline.backend.xen.event.EventChannels;
import io.faultline.backend.xen.event.HostEnd;
import java.util.List;
import java.util.TreeMap;

/**
 * Domain 0's ends of channels: the ports that a toolstack makes for a guest, that of xenstore first, then that of the
 * console (xen.md 6.3), and the ends of the VMM, which it connects to ports that the guest offers.
 */
final class ToolstackPorts {
    private static final int NONE = 0;

    private final EventChannels channels;
    private final int storeEnd;
    private final int consoleEnd;
    private final int xenOwned;
    private final int monitor;
    private HostEnd store = () -> {};
    private HostEnd console = () -> {};

    private final TreeMap<Integer, Integer> vmmEnds = new TreeMap<>();

    /**
     * Makes the ends.
     *
     * @param channels the guest's channels
     * @param hasStore whether there is an end for xenstore
     * @param hasConsole whether there is an end for the console
     * @param vmmPorts ports of the guest that the VMM wants to raise
     * @param xenOwned how many ports of the guest are the hypervisor's (xen.md 4.7)
     */
    ToolstackPorts(EventChannels channels, boolean hasStore, boolean hasConsole, List<Integer> vmmPorts, int xenOwned) {
        this.channels = channels;
        storeEnd = hasStore ? channels.register(() -> store.notified()) : NONE;
        consoleEnd = hasConsole ? channels.register(() -> console.notified()) : NONE;
        for (int port : vmmPorts) {
            vmmEnds.put(port, channels.register(() -> {}));
        }
        this.xenOwned = xenOwned;
        // Domain 0 never connects to them, so that nothing is heard there.
        monitor = xenOwned > 0 ? channels.consumer(() -> {}) : NONE;
    }

    /** Says who serves the guest. */
    void connect(HostEnd storeServer, HostEnd consoleServer) {
        store = storeServer;
        console = consoleServer;
    }

    /** Makes the ports of a machine that has none. */
    void open() {
        if (storeEnd != NONE) {
            channels.open(storeEnd);
        }
        if (consoleEnd != NONE) {
            channels.open(consoleEnd);
        }
        for (int i = 0; i < xenOwned; i++) {
            channels.openXenOwned(monitor, DomainId.CONTROL);
        }
    }

    /** The guest's port of xenstore; 0 if there is none, or the guest has closed it. */
    int store() {
        return Math.max(0, channels.guestPort(storeEnd));
    }

    int console() {
        return Math.max(0, channels.guestPort(consoleEnd));
    }

    /** Connects the VMM's end to a port that the guest offers, unless it is; false if the guest offers none. */
    boolean connectVmm(int port) {
        int end = vmmEnds.get(port);
        return channels.guestPort(end) == port || channels.accept(end, port) == 0;
    }

    void raiseStore() {
        raise(store());
    }

    void raiseConsole() {
        raise(console());
    }

    private void raise(int port) {
        if (port != 0) {
            channels.raise(port);
        }
    }
}
