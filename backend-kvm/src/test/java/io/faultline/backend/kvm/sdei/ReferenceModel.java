/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * SDEI as a page of code, written from sdei.md alone, for machines without bind slots and with all settings at their
 * defaults. It says what each call returns, and which handler a PE enters next.
 */
final class ReferenceModel {
    /** Event numbers in ascending order. */
    private static final int[] EVENTS = {
        0, Bench.SHARED, Bench.SHARED_CRITICAL, Bench.PRIVATE, Bench.PRIVATE_CRITICAL, Bench.OTHER
    };

    private final int pes;
    /** By event, then by PE; a shared event uses PE 0 for all. */
    private final boolean[][] registered;

    private final boolean[][] enabled;
    private final boolean[][] running;
    private final boolean[][] pending;
    private final int[] target = {-1, -1, -1, -1, -1, -1};
    private final int[] asked = new int[EVENTS.length];
    private final boolean[] masked;
    private final boolean[] on;
    private final Deque<Integer>[] handlers;

    @SuppressWarnings({"unchecked", "rawtypes"})
    ReferenceModel(int pes) {
        this.pes = pes;
        registered = new boolean[EVENTS.length][pes];
        enabled = new boolean[EVENTS.length][pes];
        running = new boolean[EVENTS.length][pes];
        pending = new boolean[EVENTS.length][pes];
        masked = new boolean[pes];
        on = new boolean[pes];
        handlers = new Deque[pes];
        for (int pe = 0; pe < pes; pe++) {
            masked[pe] = true;
            on[pe] = true;
            handlers[pe] = new ArrayDeque<>();
        }
    }

    private static boolean isShared(int event) {
        return event == 1 || event == 2;
    }

    private static boolean isCritical(int event) {
        return event == 2 || event == 4;
    }

    static int number(int event) {
        return EVENTS[event];
    }

    static int count() {
        return EVENTS.length;
    }

    private static int slot(int event, int pe) {
        return isShared(event) ? 0 : pe;
    }

    boolean isOn(int pe) {
        return on[pe];
    }

    int depth(int pe) {
        return handlers[pe].size();
    }

    int status(int pe, int event) {
        int s = slot(event, pe);
        return (registered[event][s] ? 1 : 0) + (enabled[event][s] ? 2 : 0) + (running[event][s] ? 4 : 0);
    }

    int register(int pe, int event, int routeTo) {
        int s = slot(event, pe);
        if (routeTo >= pes) {
            return -2;
        }
        if (registered[event][s] || running[event][s]) {
            return -3;
        }
        registered[event][s] = true;
        target[event] = isShared(event) ? routeTo : -1;
        return 0;
    }

    int setEnabled(int pe, int event, boolean value) {
        int s = slot(event, pe);
        if (!registered[event][s]) {
            return -3;
        }
        enabled[event][s] = value;
        return 0;
    }

    int unregister(int pe, int event) {
        int s = slot(event, pe);
        if (!registered[event][s] && !running[event][s]) {
            return -3;
        }
        forget(event, s);
        return running[event][s] ? -5 : 0;
    }

    private void forget(int event, int s) {
        registered[event][s] = false;
        enabled[event][s] = false;
        pending[event][s] = false;
        if (isShared(event)) {
            target[event] = -1;
        }
    }

    int route(int pe, int event, int routeTo) {
        if (!isShared(event) || routeTo >= pes) {
            return -2;
        }
        if (status(pe, event) != 1) {
            return -3;
        }
        target[event] = routeTo;
        return 0;
    }

    int routingMode(int event) {
        if (!isShared(event)) {
            return -2;
        }
        return !registered[event][0] ? -3 : target[event] < 0 ? 0 : 1;
    }

    int mask(int pe) {
        boolean was = masked[pe];
        masked[pe] = true;
        return was ? 0 : 1;
    }

    void unmask(int pe) {
        masked[pe] = false;
    }

    int reset(int pe, boolean shared) {
        for (int event = 0; event < EVENTS.length; event++) {
            if (isShared(event) == shared && running[event][slot(event, pe)]) {
                return -3;
            }
        }
        for (int event = 0; event < EVENTS.length; event++) {
            if (isShared(event) == shared) {
                forget(event, slot(event, pe));
            }
        }
        return 0;
    }

    int signal(int to) {
        if (to >= pes || masked[to] || !registered[0][to] || !enabled[0][to]) {
            return -2;
        }
        pending[0][to] = true;
        return 0;
    }

    void trigger(int pe, int event) {
        int s = slot(event, pe);
        if (registered[event][s] && !pending[event][s]) {
            pending[event][s] = true;
            asked[event] = pe;
        }
    }

    /** Returns the event whose handler ends, or -1 if none runs. */
    int complete(int pe) {
        if (handlers[pe].isEmpty()) {
            return -1;
        }
        int event = handlers[pe].pop();
        running[event][slot(event, pe)] = false;
        return event;
    }

    private boolean can(int pe, int event) {
        int s = slot(event, pe);
        boolean ready = pending[event][s] && registered[event][s] && enabled[event][s] && !running[event][s];
        boolean free = handlers[pe].isEmpty() || isCritical(event) && !isCritical(handlers[pe].peek());
        return ready && free && on[pe] && !masked[pe];
    }

    private boolean takes(int pe, int event) {
        if (!isShared(event) || target[event] == pe) {
            return can(pe, event);
        }
        if (target[event] >= 0 || !can(pe, event)) {
            return false;
        }
        if (can(asked[event], event)) {
            return asked[event] == pe;
        }
        for (int lower = 0; lower < pe; lower++) {
            if (can(lower, event)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the event that the PE takes before its next instruction, or -1. */
    int next(int pe) {
        int normal = -1;
        for (int event = 0; event < EVENTS.length; event++) {
            if (takes(pe, event)) {
                if (isCritical(event)) {
                    return event;
                }
                normal = normal < 0 ? event : normal;
            }
        }
        return normal;
    }

    void dispatch(int pe, int event) {
        int s = slot(event, pe);
        pending[event][s] = false;
        running[event][s] = true;
        handlers[pe].push(event);
    }

    void off(int pe) {
        while (complete(pe) >= 0) {
            // each of them ends
        }
        for (int event = 0; event < EVENTS.length; event++) {
            if (!isShared(event)) {
                forget(event, pe);
            }
        }
        masked[pe] = true;
        on[pe] = false;
    }

    void on(int pe) {
        on[pe] = true;
    }
}
