/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** What the VMM of the model wants to hear of, and what guests may do with pages (hyperv.md 6.1). */
final class InterceptModel {
    /** Bits of kinds of access are in the order of their numbers in messages: read, write, execute. */
    static final int READ = 0;

    static final int WRITE = 1;
    static final int EXECUTE = 2;
    static final int ALL = 7;

    private final Model model;
    private final Map<Long, Integer> allowed = new TreeMap<>();
    final boolean[] suspended;
    boolean isOn;

    InterceptModel(Model model) {
        this.model = model;
        suspended = new boolean[model.vcpus];
    }

    void reset() {
        isOn = false;
        allowed.clear();
        Arrays.fill(suspended, false);
    }

    void permit(long page, int mask) {
        allowed.put(page, mask);
    }

    int allowed(long page) {
        return allowed.getOrDefault(page, ALL);
    }

    /** What is said of a page does not hold while a page of the hypervisor is in its place. */
    boolean permits(long address, int access) {
        long page = address & -Model.PAGE;
        return model.overlay(page) >= 0 || (allowed(page) >>> access & 1) != 0;
    }

    /** A guest has got that far: it must have been allowed to. */
    void require(long address, int access) {
        if (!permits(address, access)) {
            throw new FuzzWorld.Broken("an access of kind " + access + " to 0x" + Long.toHexString(address)
                    + " happens, which is forbidden");
        }
    }
}
