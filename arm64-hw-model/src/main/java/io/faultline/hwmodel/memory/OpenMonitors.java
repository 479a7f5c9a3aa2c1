/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.memory;

import java.util.Arrays;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The exclusive monitors of a machine that are open, in no particular order: a store looks at these and not at those of
 * every PE. What is done with them does not depend on the order.
 */
final class OpenMonitors {
    private ExclusiveMonitor[] open = new ExclusiveMonitor[4];
    private int size;

    /** Takes in a monitor that is opened, and returns its position. */
    int add(ExclusiveMonitor monitor) {
        if (size == open.length) {
            open = Arrays.copyOf(open, size * 2);
        }
        open[size] = monitor;
        return size++;
    }

    /** Lets a monitor go; the last one takes its position. */
    void remove(int position) {
        size--;
        ExclusiveMonitor last = open[size];
        open[position] = last;
        last.position(position);
    }

    /** Closes what a store to a range closes; the monitor of its own PE, if there is one, stays. */
    void stored(@Nullable ExclusiveMonitor own, long address, long length) {
        // Backwards: one that is closed makes room for one that was looked at.
        for (int i = size - 1; i >= 0; i--) {
            ExclusiveMonitor monitor = open[i];
            if (monitor != own) {
                monitor.storedByOther(address, length);
            }
        }
    }

    boolean isReservedByOther(ExclusiveMonitor own, long page) {
        for (int i = 0; i < size; i++) {
            if (open[i] != own && open[i].page() == page) {
                return true;
            }
        }
        return false;
    }

    void forEachReservedByOther(ExclusiveMonitor own, LongConsumer action) {
        for (int i = 0; i < size; i++) {
            if (open[i] != own) {
                action.accept(open[i].page());
            }
        }
    }
}
