/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

import java.util.Arrays;

/** Deadlines of a fixed number of timers, unsigned: a binary heap that knows where each timer is. */
final class DeadlineHeap {
    private static final int OUTSIDE = -1;

    private final long[] deadlines;
    private final int[] heap;
    /** Where each timer is in the heap, or OUTSIDE. */
    private final int[] places;

    private int size;

    DeadlineHeap(int timers) {
        deadlines = new long[timers];
        heap = new int[timers];
        places = new int[timers];
        clear();
    }

    void clear() {
        size = 0;
        Arrays.fill(places, OUTSIDE);
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Returns the timer with the earliest deadline, the first by number among equals; the heap is not empty. */
    int first() {
        return heap[0];
    }

    /** Returns the earliest deadline; the heap is not empty. */
    long earliest() {
        return deadlines[heap[0]];
    }

    boolean contains(int timer) {
        return places[timer] != OUTSIDE;
    }

    long deadline(int timer) {
        return deadlines[timer];
    }

    /** Sets the deadline of a timer, whether it had one or not. */
    void put(int timer, long deadline) {
        deadlines[timer] = deadline;
        int place = places[timer];
        if (place == OUTSIDE) {
            place = size++;
        }
        down(up(place, timer), timer);
    }

    void remove(int timer) {
        int place = places[timer];
        if (place != OUTSIDE) {
            places[timer] = OUTSIDE;
            size--;
            if (place < size) {
                int last = heap[size];
                down(up(place, last), last);
            }
        }
    }

    /** Moves parents down until a timer that is to be put into a place is not before its parent; returns its place. */
    private int up(int from, int timer) {
        int place = from;
        while (place > 0 && isBefore(timer, heap[(place - 1) / 2])) {
            set(place, heap[(place - 1) / 2]);
            place = (place - 1) / 2;
        }
        return place;
    }

    private void down(int from, int timer) {
        int place = from;
        int child = 2 * place + 1;
        while (child < size) {
            if (child + 1 < size && isBefore(heap[child + 1], heap[child])) {
                child++;
            }
            if (!isBefore(heap[child], timer)) {
                break;
            }
            set(place, heap[child]);
            place = child;
            child = 2 * place + 1;
        }
        set(place, timer);
    }

    private void set(int place, int timer) {
        heap[place] = timer;
        places[timer] = place;
    }

    private boolean isBefore(int timer, int other) {
        int order = Long.compareUnsigned(deadlines[timer], deadlines[other]);
        return order < 0 || order == 0 && timer < other;
    }
}
