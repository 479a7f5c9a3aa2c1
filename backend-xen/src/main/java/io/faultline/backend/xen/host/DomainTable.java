/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.host;

import io.faultline.backend.xen.event.EventChannels;
import io.faultline.backend.xen.event.PeerDomains;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The machines of one backend, which can reach each other by event channels (xen.md 4.2, 4.6). A machine is in the table
 * from when it is built until it is closed; its number is the lowest that is free, from 1 on.
 *
 * <p>Machines that are connected are driven by the same thread: an event of one is an effect on the other.
 */
public final class DomainTable implements PeerDomains {
    private final TreeMap<Integer, Domain> domains = new TreeMap<>();

    /** Makes an empty table. */
    public DomainTable() {}

    /**
     * Returns the number that the next machine gets.
     *
     * @return at least 1
     */
    public synchronized int nextId() {
        int id = 1;
        while (domains.containsKey(id)) {
            id++;
        }
        return id;
    }

    /**
     * Enters a machine. One that has the same number, since its saved state goes on in the new one, is not reached any
     * more.
     *
     * @param domain the machine
     */
    synchronized void enter(Domain domain) {
        Domain before = domains.put(domain.id(), domain);
        if (before != null) {
            before.channels().abandon();
        }
    }

    /** Takes a machine out of the table, if it is the one there; false if it is not. */
    synchronized boolean leave(Domain domain) {
        return domains.remove(domain.id(), domain);
    }

    @Override
    public synchronized @Nullable EventChannels find(int domain) {
        Domain found = domains.get(domain);
        return found == null ? null : found.channels();
    }
}
