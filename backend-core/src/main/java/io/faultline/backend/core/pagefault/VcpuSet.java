/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

/** A set of vCPUs that is asked for its members in their order: the cost of a step is that of two words. */
final class VcpuSet {
    /** Largest number of vCPUs. */
    static final int LIMIT = Long.SIZE * Long.SIZE;

    private final long[] members;
    /** One bit for each word that has members. */
    private long occupied;

    /** Makes an empty set of vCPUs with indices below a number, at most {@link #LIMIT}. */
    VcpuSet(int vcpus) {
        members = new long[(vcpus + Long.SIZE - 1) / Long.SIZE];
    }

    void set(int vcpu, boolean member) {
        int word = vcpu / Long.SIZE;
        long bit = 1L << vcpu;
        members[word] = member ? members[word] | bit : members[word] & ~bit;
        occupied = members[word] != 0 ? occupied | 1L << word : occupied & ~(1L << word);
    }

    /** The first member that is not below an index, or -1. */
    int next(int from) {
        int word = from / Long.SIZE;
        if (word < members.length) {
            long here = members[word] & -1L << from;
            if (here != 0) {
                return word * Long.SIZE + Long.numberOfTrailingZeros(here);
            }
        }
        long later = word + 1 < Long.SIZE ? occupied & -1L << word + 1 : 0;
        if (later == 0) {
            return -1;
        }
        int found = Long.numberOfTrailingZeros(later);
        return found * Long.SIZE + Long.numberOfTrailingZeros(members[found]);
    }
}
