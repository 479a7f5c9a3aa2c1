/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Lists of faults by a key, each in the order in which they were added. Every step takes the same time however many. */
final class FaultIndex {
    private final LongTable<Fault> first = new LongTable<>();
    private final Function<Fault, FaultLinks> links;

    /**
     * Makes an empty index.
     *
     * @param links which links of a fault are those of this index
     */
    FaultIndex(Function<Fault, FaultLinks> links) {
        this.links = links;
    }

    /** The first fault of a key. */
    @Nullable
    Fault first(long key) {
        return first.get(key);
    }

    /** The fault behind another one. */
    @Nullable
    Fault next(Fault fault) {
        return links.apply(fault).next;
    }

    /** The keys that have faults, ascending; a copy. */
    long[] keys() {
        return first.sortedKeys();
    }

    void add(long key, Fault fault) {
        FaultLinks own = links.apply(fault);
        own.next = null;
        Fault head = first.get(key);
        if (head == null) {
            own.previous = fault;
            first.put(key, fault);
        } else {
            FaultLinks ofHead = links.apply(head);
            Fault tail = Objects.requireNonNull(ofHead.previous);
            links.apply(tail).next = fault;
            own.previous = tail;
            ofHead.previous = fault;
        }
    }

    void remove(long key, Fault fault) {
        FaultLinks own = links.apply(fault);
        Fault before = own.previous;
        Fault behind = own.next;
        Fault head = first.get(key);
        if (before == null || head == null) {
            throw new HypervisorException(
                    ErrorId.INTERNAL, "a page fault is not where it belongs", "vCPU " + fault.vcpu(), "");
        }
        if (fault != head) {
            links.apply(before).next = behind;
            links.apply(behind == null ? head : behind).previous = before;
        } else if (behind == null) {
            first.remove(key);
        } else {
            links.apply(behind).previous = before;
            first.put(key, behind);
        }
        own.previous = null;
        own.next = null;
    }

    /** Forgets every list; the links of what was in them mean nothing any more. */
    void clear() {
        first.clear();
    }
}
