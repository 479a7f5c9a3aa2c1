/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.api.synic.SyntheticInterrupts;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/**
 * The connections on which a guest sends. Those to ports of the same machine belong to its state. Those of the VMM lead to the
 * VMM or to another machine and stay when the machine is reset or takes over a saved state; if that has a connection with the
 * same identifier, the guest does not find it as long as the VMM has its own.
 */
@Singleton
final class Connections implements StateElement {
    private final IdTable<PortDestination> own = new IdTable<>();
    private final IdTable<Destination> ofVmm = new IdTable<>();
    private final PortTable ports;
    private final PortSettings settings;

    @Inject
    Connections(PortTable ports, PortSettings settings) {
        this.ports = ports;
        this.settings = settings;
    }

    /** Where a connection leads; null if there is none with the identifier, which may be any number. */
    @Nullable
    Destination find(int id) {
        Destination found = ofVmm.get(id);
        return found == null ? own.get(id) : found;
    }

    boolean isOfVmm(int id) {
        return ofVmm.get(id) != null;
    }

    boolean isFull() {
        return own.size() + ofVmm.size() >= settings.maxConnections();
    }

    int limit() {
        return settings.maxConnections();
    }

    /** Enters a connection to a port of this machine; the identifier is free, and there is room. */
    PortDestination connect(int id, int port) {
        PortDestination destination = new PortDestination(new PortReference(ports.end(), port), settings);
        own.put(id, destination);
        return destination;
    }

    /** Enters a connection of the VMM; the identifier is free, and there is room. */
    void connect(int id, Destination destination) {
        ofVmm.put(id, destination);
    }

    /** Ends a connection to a port of this machine; messages that were accepted stay where they are. */
    void disconnect(int id) {
        own.remove(id);
    }

    /** Ends a connection if it still leads there. */
    void disconnect(int id, Destination destination) {
        if (ofVmm.get(id) == destination) {
            ofVmm.remove(id);
            return;
        }
        PortDestination now = own.get(id);
        if (now != null
                && destination instanceof PortDestination before
                && now.reference().id() == before.reference().id()
                && now.reference().machine() == before.reference().machine()) {
            own.remove(id);
        }
    }

    /** The machine is closed. */
    void close() {
        own.clear();
        ofVmm.clear();
    }

    @Override
    public String stateName() {
        return "connections";
    }

    @Override
    public void reset() {
        own.clear();
    }

    @Override
    public void save(StateWriter writer) {
        long[] ids = new long[own.size()];
        long[] targets = new long[own.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = own.id(i);
            targets[i] = own.at(i).reference().id();
        }
        writer.words("ids", ids);
        writer.words("ports", targets);
    }

    @Override
    public void restore(StateReader reader) {
        long[] ids = reader.words("ids");
        long[] targets = reader.words("ports", ids.length);
        if (ids.length > settings.maxConnections()) {
            throw reader.invalid("ids", "has " + ids.length + " connections, more than " + settings.maxConnections());
        }
        own.clear();
        long last = -1;
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] <= last || ids[i] > SyntheticInterrupts.LAST_ID) {
                throw reader.invalid("ids", "has " + ids[i] + " after " + last);
            }
            if (targets[i] < 0 || targets[i] > SyntheticInterrupts.LAST_ID) {
                throw reader.invalid("ports", "has " + targets[i]);
            }
            last = ids[i];
            connect((int) ids[i], (int) targets[i]);
        }
    }
}
