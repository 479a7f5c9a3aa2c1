/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import org.jspecify.annotations.Nullable;

/** Notifications in the order in which they came. */
final class NotificationQueue {
    private @Nullable Notification first;
    private @Nullable Notification last;
    private int size;

    @Nullable
    Notification first() {
        return first;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return first == null;
    }

    void addLast(Notification notification) {
        Notification before = last;
        notification.previous = before;
        notification.next = null;
        last = notification;
        if (before == null) {
            first = notification;
        } else {
            before.next = notification;
        }
        size++;
    }

    /** Takes out one that is in this queue. */
    void remove(Notification notification) {
        Notification before = notification.previous;
        Notification after = notification.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previous = before;
        }
        notification.previous = null;
        notification.next = null;
        size--;
    }

    boolean hasWakeAllOf(int vcpu) {
        for (Notification each = first; each != null; each = each.next) {
            if (each.isWakeAllOf(vcpu)) {
                return true;
            }
        }
        return false;
    }

    boolean has(Fault fault) {
        for (Notification each = first; each != null; each = each.next) {
            if (each.fault == fault) {
                return true;
            }
        }
        return false;
    }

    /** Number of those that are of one fault. */
    int faults() {
        int count = 0;
        for (Notification each = first; each != null; each = each.next) {
            count += each.fault == null ? 0 : 1;
        }
        return count;
    }

    /** Forgets all of them. */
    void clear() {
        first = null;
        last = null;
        size = 0;
    }
}
