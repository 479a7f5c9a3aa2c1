/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Controllers, ports and queues as hyperv.md 3 and 4 tell of them, sentence after sentence, with copies of everything: what the
 * real ones are compared with.
 */
final class ReferenceSynic {
    static final int SOURCES = 16;

    /** A message. */
    record Letter(int port, int type, byte[] payload) {}

    /** A port; 0 flags are a port for messages. */
    record Place(int vcpu, int source, int first, int flags) {}

    final int vcpus;
    final long[] scontrol;
    final long[] simp;
    final long[] siefp;
    final long[][] sint;
    final byte[][] messages;
    final byte[][] flags;
    final List<List<Deque<Letter>>> queues = new ArrayList<>();
    final Map<Integer, Place> ports = new TreeMap<>();
    final List<String> interrupts = new ArrayList<>();

    private final boolean holdsMasked;
    private final boolean setsMasked;
    private final boolean scansAtUnmask;
    private final boolean refusesWhileOff;
    private final boolean polls;

    ReferenceSynic(int vcpus, Map<String, String> settings) {
        this.vcpus = vcpus;
        scontrol = new long[vcpus];
        simp = new long[vcpus];
        siefp = new long[vcpus];
        sint = new long[vcpus][SOURCES];
        messages = new byte[vcpus][4096];
        flags = new byte[vcpus][4096];
        holdsMasked = "held".equals(settings.get("hyperv.masked-message"));
        setsMasked = "set".equals(settings.get("hyperv.masked-signal"));
        scansAtUnmask = holdsMasked || "scans".equals(settings.get("hyperv.unmask"));
        refusesWhileOff = !"queued".equals(settings.get("hyperv.post-while-off"));
        polls = !"absent".equals(settings.get("hyperv.polling"));
        for (int i = 0; i < vcpus; i++) {
            List<Deque<Letter>> own = new ArrayList<>();
            for (int s = 0; s < SOURCES; s++) {
                own.add(new ArrayDeque<>());
            }
            queues.add(own);
            resetVcpu(i);
        }
    }

    void resetVcpu(int vcpu) {
        scontrol[vcpu] = 0;
        simp[vcpu] = 0;
        siefp[vcpu] = 0;
        messages[vcpu] = new byte[4096];
        flags[vcpu] = new byte[4096];
        for (int s = 0; s < SOURCES; s++) {
            sint[vcpu][s] = 0x10000;
            queues.get(vcpu).get(s).clear();
        }
    }

    /** Whether a page is at an address. */
    boolean isCovered(long page) {
        for (int i = 0; i < vcpus; i++) {
            if (isThere(simp[i], page) || isThere(siefp[i], page)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isThere(long register, long page) {
        return register % 2 != 0 && register / 4096 == page / 4096;
    }

    int writePage(int vcpu, boolean isMessages, long value) {
        long[] registers = isMessages ? simp : siefp;
        if (value % 2 != 0 && !isThere(registers[vcpu], value) && isCovered(value)) {
            return 5;
        }
        boolean wasOff = registers[vcpu] % 2 == 0;
        registers[vcpu] = value;
        if (isMessages && wasOff) {
            deliverAll(vcpu);
        }
        return 0;
    }

    void writeControl(int vcpu, long value) {
        boolean wasOff = scontrol[vcpu] % 2 == 0;
        scontrol[vcpu] = value;
        if (wasOff) {
            deliverAll(vcpu);
        }
    }

    int writeSource(int vcpu, int source, long value) {
        int vector = (int) (value & 0xFF);
        boolean isMasked = (value >> 16 & 1) == 1;
        if (!isMasked && (vector < 16 || vector >= 32)) {
            return 5;
        }
        boolean wasMasked = (sint[vcpu][source] >> 16 & 1) == 1;
        sint[vcpu][source] = value;
        if (scansAtUnmask && wasMasked && !isMasked) {
            deliver(vcpu, source);
        }
        return 0;
    }

    void endOfMessage(int vcpu) {
        deliverAll(vcpu);
    }

    private void deliverAll(int vcpu) {
        for (int s = 0; s < SOURCES; s++) {
            deliver(vcpu, s);
        }
    }

    private boolean takesMessages(int vcpu) {
        return scontrol[vcpu] % 2 != 0 && simp[vcpu] % 2 != 0;
    }

    private boolean takesFlags(int vcpu) {
        return scontrol[vcpu] % 2 != 0 && siefp[vcpu] % 2 != 0;
    }

    private boolean isMasked(int vcpu, int source) {
        return (sint[vcpu][source] >> 16 & 1) == 1;
    }

    private void interrupt(int vcpu, int source) {
        boolean isPolled = polls && (sint[vcpu][source] >> 18 & 1) == 1;
        if (!isMasked(vcpu, source) && !isPolled) {
            interrupts.add(vcpu + ":" + (sint[vcpu][source] & 0xFF));
        }
    }

    int type(int vcpu, int source) {
        int type = 0;
        for (int i = 3; i >= 0; i--) {
            type = type << 8 | messages[vcpu][256 * source + i] & 0xFF;
        }
        return type;
    }

    private void deliver(int vcpu, int source) {
        Deque<Letter> queue = queues.get(vcpu).get(source);
        if (queue.isEmpty() || !takesMessages(vcpu) || holdsMasked && isMasked(vcpu, source)) {
            return;
        }
        byte[] page = messages[vcpu];
        int slot = 256 * source;
        if (type(vcpu, source) != 0) {
            page[slot + 5] |= 1;
            return;
        }
        Letter letter = queue.removeFirst();
        for (int i = 0; i < 4; i++) {
            page[slot + i] = (byte) (letter.type >> 8 * i);
        }
        page[slot + 4] = (byte) letter.payload.length;
        page[slot + 5] = (byte) (queue.isEmpty() ? 0 : 1);
        page[slot + 6] = 0;
        page[slot + 7] = 0;
        for (int i = 0; i < 8; i++) {
            page[slot + 8 + i] = (byte) ((long) letter.port >> 8 * i);
        }
        System.arraycopy(letter.payload, 0, page, slot + 16, letter.payload.length);
        interrupt(vcpu, source);
    }

    int waiting(int port) {
        int count = 0;
        for (List<Deque<Letter>> own : queues) {
            for (Deque<Letter> queue : own) {
                for (Letter letter : queue) {
                    count += letter.port == port ? 1 : 0;
                }
            }
        }
        return count;
    }

    int post(int port, int type, byte[] payload, boolean isOfGuest) {
        Place place = ports.get(port);
        if (place == null || place.flags != 0) {
            return 0x11;
        }
        int vcpu = place.vcpu;
        for (int i = 0; place.vcpu < 0 && vcpu < 0 && i < vcpus; i++) {
            vcpu = takesMessages(i) ? i : -1;
        }
        if (vcpu < 0) {
            return 0xE;
        }
        if (isOfGuest && refusesWhileOff && !takesMessages(vcpu)) {
            return 0x18;
        }
        if (waiting(port) == 16) {
            return 0x13;
        }
        queues.get(vcpu).get(place.source).addLast(new Letter(port, type, payload));
        deliver(vcpu, place.source);
        return 0;
    }

    private boolean takesSignal(int vcpu, int source) {
        return takesFlags(vcpu) && (setsMasked || !isMasked(vcpu, source));
    }

    int signal(int port, int relative) {
        Place place = ports.get(port);
        if (place == null || place.flags == 0) {
            return 0x11;
        }
        if (relative >= place.flags) {
            return 5;
        }
        int vcpu = place.vcpu;
        boolean hasCandidate = vcpu >= 0;
        for (int i = 0; place.vcpu < 0 && vcpu < 0 && i < vcpus; i++) {
            hasCandidate |= takesFlags(i);
            vcpu = takesSignal(i, place.source) ? i : -1;
        }
        if (vcpu < 0) {
            return hasCandidate ? 0x18 : 0xE;
        }
        return signal(vcpu, place.source, place.first + relative);
    }

    int signal(int vcpu, int source, int flag) {
        if (!takesSignal(vcpu, source)) {
            return 0x18;
        }
        int at = 256 * source + flag / 8;
        int mask = 1 << flag % 8;
        if ((flags[vcpu][at] & mask) == 0) {
            flags[vcpu][at] |= (byte) mask;
            interrupt(vcpu, source);
        }
        return 0;
    }

    void delete(int port) {
        ports.remove(port);
        for (List<Deque<Letter>> own : queues) {
            for (Deque<Letter> queue : own) {
                queue.removeIf(letter -> letter.port == port);
            }
        }
    }
}
