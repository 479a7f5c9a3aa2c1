/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Synthetic interrupt controllers, ports and connections of the model (hyperv.md 3 and 4). */
final class SynicModel {
    static final int SOURCES = 16;
    static final int SLOT = 256;
    static final int MOST_PAYLOAD = 240;
    static final int BUFFERS = 16;
    static final int FLAGS = 2048;

    private static final int MASKED = 1 << 16;
    private static final int POLLING = 1 << 18;

    /** A message that was accepted. */
    record Message(int type, long origination, byte[] payload, @Nullable Port port) {}

    /** A port of this machine. */
    static final class Port {
        final SynicModel of;
        final int id;
        final boolean events;
        final int vcpu;
        final int source;
        final int first;
        final int count;
        int waiting;
        boolean isOpen = true;

        Port(SynicModel of, int id, boolean events, int vcpu, int source, int first, int count) {
            this.of = of;
            this.id = id;
            this.events = events;
            this.vcpu = vcpu;
            this.source = source;
            this.first = first;
            this.count = count;
        }
    }

    /**
     * A connection of this machine.
     *
     * @param port where it leads; null if it leads to the VMM
     * @param flags of a connection to the VMM, 0 if it is for messages
     */
    record Connection(@Nullable Port port, int flags) {
        boolean events() {
            return port == null ? flags > 0 : port.events;
        }
    }

    private final Model model;
    private final long[] control;
    private final long[][] sources;
    private final List<List<Deque<Message>>> queues = new ArrayList<>();
    final Map<Integer, Port> ports = new TreeMap<>();
    final Map<Integer, Connection> connections = new TreeMap<>();
    /** Private interrupts that were raised since somebody looked, each as vCPU and INTID. */
    final List<Integer> raised = new ArrayList<>();
    /** Which private interrupts of a vCPU are pending. */
    final int[] pending;
    /** What a slot had beyond the payload that was written last may be zero now; per vCPU and source, where that begins. */
    final int[][] stale;

    boolean isPresent;

    SynicModel(Model model) {
        this.model = model;
        control = new long[model.vcpus];
        sources = new long[model.vcpus][SOURCES];
        pending = new int[model.vcpus];
        stale = new int[model.vcpus][SOURCES];
        for (int i = 0; i < model.vcpus; i++) {
            List<Deque<Message>> ofVcpu = new ArrayList<>();
            for (int source = 0; source < SOURCES; source++) {
                ofVcpu.add(new ArrayDeque<>());
            }
            queues.add(ofVcpu);
            Arrays.fill(sources[i], MASKED);
        }
    }

    void resetVcpu(int vcpu) {
        control[vcpu] = 0;
        Arrays.fill(sources[vcpu], MASKED);
        for (Deque<Message> queue : queues.get(vcpu)) {
            queue.forEach(SynicModel::released);
            queue.clear();
        }
        pending[vcpu] = 0;
        Arrays.fill(stale[vcpu], 0);
    }

    private static void released(Message message) {
        Port port = message.port();
        if (port != null) {
            port.waiting--;
        }
    }

    // Registers.

    boolean isKnown(int name) {
        return isPresent && name >= Registers.SINT && name <= Registers.EOM;
    }

    boolean get(int vcpu, int name, long... value) {
        switch (name) {
            case Registers.SCONTROL -> value[0] = control[vcpu];
            case Registers.SVERSION -> value[0] = 1;
            case Registers.SIEFP -> value[0] = model.overlays[3 * vcpu + Model.FLAGS];
            case Registers.SIMP -> value[0] = model.overlays[3 * vcpu + Model.MESSAGES];
            case Registers.EOM -> value[0] = 0;
            default -> value[0] = sources[vcpu][name - Registers.SINT];
        }
        return true;
    }

    void set(Model.Answer answer, int vcpu, int name, long value) {
        boolean receiving = takesMessages(vcpu);
        switch (name) {
            case Registers.SCONTROL -> control[vcpu] = value;
            case Registers.EOM -> scan(vcpu);
            case Registers.SIMP, Registers.SIEFP -> {
                int kind = name == Registers.SIMP ? Model.MESSAGES : Model.FLAGS;
                if (!model.move(3 * vcpu + kind, value)) {
                    answer.refuse(5);
                }
            }
            default -> {
                boolean interrupts = (value & MASKED) == 0;
                int vector = (int) value & 0xFF;
                if (interrupts && (vector < 16 || vector > 31)) {
                    answer.refuse(5);
                } else {
                    sources[vcpu][name - Registers.SINT] = value;
                }
            }
        }
        if (!receiving && takesMessages(vcpu)) {
            scan(vcpu);
        }
    }

    // Messages.

    private boolean takesMessages(int vcpu) {
        return (control[vcpu] & 1) != 0 && (model.overlays[3 * vcpu + Model.MESSAGES] & 1) != 0;
    }

    private boolean takesFlags(int vcpu) {
        return (control[vcpu] & 1) != 0 && (model.overlays[3 * vcpu + Model.FLAGS] & 1) != 0;
    }

    private void scan(int vcpu) {
        for (int source = 0; source < SOURCES; source++) {
            scan(vcpu, source);
        }
    }

    private void scan(int vcpu, int source) {
        Deque<Message> queue = queues.get(vcpu).get(source);
        if (queue.isEmpty() || !takesMessages(vcpu)) {
            return;
        }
        byte[] page = model.frame(vcpu, Model.MESSAGES);
        int slot = SLOT * source;
        if (Model.load32(page, slot) != 0) {
            page[slot + 5] |= 1;
            return;
        }
        Message message = queue.remove();
        released(message);
        byte[] payload = message.payload();
        Model.store32(page, slot, message.type());
        page[slot + 4] = (byte) payload.length;
        page[slot + 5] = (byte) (queue.isEmpty() ? 0 : 1);
        page[slot + 6] = 0;
        page[slot + 7] = 0;
        Model.store64(page, slot + 8, message.origination());
        System.arraycopy(payload, 0, page, slot + 16, payload.length);
        stale[vcpu][source] = slot + 16 + payload.length;
        raise(vcpu, source);
    }

    private void raise(int vcpu, int source) {
        if ((sources[vcpu][source] & (MASKED | POLLING)) == 0) {
            raise(vcpu, (int) sources[vcpu][source] & 0xFF, true);
        }
    }

    void raise(int vcpu, int intid, boolean counted) {
        if (counted) {
            raised.add(vcpu << 8 | intid);
        }
        pending[vcpu] |= 1 << intid;
    }

    void enqueue(int vcpu, int source, Message message) {
        queues.get(vcpu).get(source).add(message);
        Port port = message.port();
        if (port != null) {
            port.waiting++;
        }
        scan(vcpu, source);
    }

    /** Which vCPU takes what comes to a port; -1 if none does. */
    private int target(Port port) {
        if (port.vcpu >= 0) {
            return port.vcpu;
        }
        for (int i = 0; i < model.vcpus; i++) {
            if (port.events ? takesFlags(i) : takesMessages(i)) {
                return i;
            }
        }
        return -1;
    }

    void guestPosts(Model.Answer answer, Model.Outside outside, byte... in) {
        int id = Model.load32(in, 0);
        int type = Model.load32(in, 8);
        int size = Model.load32(in, 12);
        Connection connection = connections.get(id);
        if (connection == null) {
            answer.refuse(0x12);
        }
        if (type <= 0 || size < 0 || size > MOST_PAYLOAD) {
            answer.refuse(5);
        }
        if (connection == null) {
            return;
        }
        Port port = connection.port();
        if (connection.events()) {
            answer.refuse(0x11);
        }
        if (port == null) {
            if (!answer.isRefused()) {
                int status = outside.received(id, type, Arrays.copyOfRange(in, 16, 16 + size));
                if (status != 0) {
                    answer.refuse(status);
                }
            }
            return;
        }
        if (!port.isOpen) {
            answer.refuse(0x11);
            return;
        }
        int vcpu = port.of.target(port);
        if (vcpu < 0) {
            answer.refuse(0xE);
        } else if (!port.of.takesMessages(vcpu)) {
            answer.refuse(0x18);
        }
        if (port.waiting >= BUFFERS) {
            answer.refuse(0x13);
        }
        if (!answer.isRefused()) {
            byte[] payload = Arrays.copyOfRange(in, 16, 16 + size);
            port.of.enqueue(vcpu, port.source, new Message(type, port.id, payload, port));
        }
    }

    /** The VMM posts to a port of its own. */
    int post(@Nullable Port port, int type, byte... payload) {
        if (port == null || !port.isOpen) {
            return 0x11;
        }
        int vcpu = target(port);
        if (vcpu < 0) {
            return 0xE;
        }
        if (port.waiting >= BUFFERS) {
            return 0x13;
        }
        enqueue(vcpu, port.source, new Message(type, port.id, payload, port));
        return 0;
    }

    // Events.

    void guestSignals(Model.Answer answer, Model.Outside outside, long in) {
        int id = (int) in;
        int flag = (int) (in >>> 32) & 0xFFFF;
        if (in >>> 48 != 0) {
            answer.refuse(3);
        }
        Connection connection = connections.get(id);
        if (connection == null) {
            answer.refuse(0x12);
            return;
        }
        if (!connection.events()) {
            answer.refuse(0x11);
            return;
        }
        Port port = connection.port();
        if (flag >= (port == null ? connection.flags() : port.count)) {
            answer.refuse(5);
        }
        if (port == null) {
            if (!answer.isRefused()) {
                outside.signalled(id, flag);
            }
            return;
        }
        if (!port.isOpen) {
            answer.refuse(0x11);
            return;
        }
        int status = port.of.target(port) < 0
                ? 0xE
                : port.of.flag(port.of.target(port), port.source, port.first + flag, !answer.isRefused());
        if (status != 0) {
            answer.refuse(status);
        }
    }

    /** The VMM signals to a port of its own. */
    int signal(@Nullable Port port, int flag) {
        if (port == null || !port.isOpen) {
            return 0x11;
        }
        if (flag < 0 || flag >= port.count) {
            return 5;
        }
        return target(port) < 0 ? 0xE : flag(target(port), port.source, port.first + flag, true);
    }

    int direct(int vcpu, int source, int flag) {
        if (vcpu < 0 || vcpu >= model.vcpus) {
            return 0xE;
        }
        return source < 0 || source >= SOURCES || flag < 0 || flag >= FLAGS ? 5 : flag(vcpu, source, flag, true);
    }

    private int flag(int vcpu, int source, int flag, boolean isSet) {
        if (!takesFlags(vcpu) || (sources[vcpu][source] & MASKED) != 0) {
            return 0x18;
        }
        byte[] page = model.frame(vcpu, Model.FLAGS);
        int at = SLOT * source + flag / 8;
        if (isSet && flag < FLAGS && (page[at] >>> flag % 8 & 1) == 0) {
            page[at] |= (byte) (1 << flag % 8);
            raise(vcpu, source);
        }
        return 0;
    }

    // Ports.

    void close(Port port) {
        if (port.isOpen) {
            port.isOpen = false;
            ports.remove(port.id);
            for (List<Deque<Message>> ofVcpu : queues) {
                ofVcpu.forEach(queue -> queue.removeIf(message -> message.port() == port));
            }
            port.waiting = 0;
        }
    }

    /** The machine is gone. */
    void closeAll() {
        List.copyOf(ports.values()).forEach(this::close);
    }
}
