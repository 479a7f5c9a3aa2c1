/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.store;

import io.faultline.backend.xen.domain.DomainId;
import java.util.ArrayList;
import java.util.List;

/**
 * Who may read and write a node. The first entry names the owner, who may do everything, and says what everybody else may;
 * each further entry says what one domain may instead.
 *
 * @param entries at least one
 */
record Permissions(List<Entry> entries) {
    static final int READ = 1;
    static final int WRITE = 2;
    static final int OWN = 4;

    private static final String LETTERS = "nrwb";
    private static final int LONGEST = 6;

    Permissions {
        entries = List.copyOf(entries);
    }

    /** One entry: {@code n}, {@code r}, {@code w} or {@code b} as a set of bits, and a domain. */
    record Entry(int access, int domain) {
        String text() {
            return "" + LETTERS.charAt(access) + domain;
        }
    }

    static Permissions of(String... texts) throws StoreRefusal {
        List<Entry> entries = new ArrayList<>();
        for (String text : texts) {
            entries.add(entry(text));
        }
        return new Permissions(entries);
    }

    private static Entry entry(String text) throws StoreRefusal {
        int access = text.isEmpty() ? -1 : LETTERS.indexOf(text.charAt(0));
        int domain = access < 0 || text.length() > LONGEST ? -1 : Decimals.parse(text.substring(1));
        if (domain < 0 || domain >= DomainId.FIRST_RESERVED) {
            throw new StoreRefusal(StoreError.EINVAL);
        }
        return new Entry(access, domain);
    }

    int owner() {
        return entries.get(0).domain();
    }

    boolean allow(StoreClient client, int wanted) {
        return (granted(client) & wanted) == wanted;
    }

    private int granted(StoreClient client) {
        if (client.isPrivileged() || client.domain() == owner()) {
            return READ | WRITE | OWN;
        }
        for (int i = 1; i < entries.size(); i++) {
            if (entries.get(i).domain() == client.domain()) {
                return entries.get(i).access();
            }
        }
        return entries.get(0).access();
    }

    /** The permissions of a new node below: the same, but what a guest makes belongs to it. */
    Permissions inheritedBy(StoreClient client) {
        if (client.isPrivileged()) {
            return this;
        }
        List<Entry> own = new ArrayList<>(entries);
        own.set(0, new Entry(entries.get(0).access(), client.domain()));
        return new Permissions(own);
    }

    /** As in a message: each entry with a zero byte after it. */
    String text() {
        StringBuilder text = new StringBuilder();
        for (Entry entry : entries) {
            text.append(entry.text()).append('\0');
        }
        return text.toString();
    }
}
