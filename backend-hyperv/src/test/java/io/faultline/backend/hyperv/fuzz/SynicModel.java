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
    record Message(
            int type,
            long origination,
            byte[] payload,
            @Nullable Port port,
            int timer) {}

    /** In the place of a timer. */
    static final int NO_TIMER = -1;
    /** In the place of a timer: the message says which pages are ready. */
    static final int READY = -2;

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
     * @param to machine of the port where it leads; null if it leads to the VMM
     * @param port identifier of that port
     * @param flags of a connection to the VMM, 0 if it is for messages
     */
    record Connection(@Nullable SynicModel to, int port, int flags) {}

    static final int CREATE = 0x95;
    static final int DELETE = 0x58;
    static final int CONNECT = 0x96;
    static final int DISCONNECT = 0x5B;
    private static final int LAST_ID = 0xFF_FFFF;

    private final Model model;
    private final Model.Choices choices;
    final TimerModel timers;
    private final long[] control;
    private final long[][] sources;
    private final List<List<Deque<Message>>> queues = new ArrayList<>();
    final Map<Integer, Port> ports = new TreeMap<>();
    final Map<Integer, Connection> connections = new TreeMap<>();
    /** Private interrupts that were raised since somebody looked, each as vCPU and INTID. */
    final List<Integer> raised = new ArrayList<>();
    /** What another vCPU does to the type of a slot, before it is marked and after that, the next time. */
    final List<Deque<Integer>> races = List.of(new ArrayDeque<>(), new ArrayDeque<>());
    /** Which private interrupts of a vCPU are pending. */
    final int[] pending;
    /** What a slot had beyond the payload that was written last may be zero now; per vCPU and source, where that begins. */
    final int[][] stale;

    SynicModel(Model model, Model.Choices choices) {
        this.model = model;
        this.choices = choices;
        timers = new TimerModel(model.vcpus, this, choices);
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
            resetVcpu(i);
        }
    }

    /** Connections that are the VMM's own stay. */
    void reset() {
        closeAll();
        connections.values().removeIf(connection -> connection.to() == this);
    }

    void resetVcpu(int vcpu) {
        control[vcpu] = choices.is("scontrol-reset", "on") ? 1 : 0;
        Arrays.fill(sources[vcpu], MASKED);
        for (Deque<Message> queue : queues.get(vcpu)) {
            queue.forEach(SynicModel::released);
            queue.clear();
        }
        timers.resetVcpu(vcpu);
        pending[vcpu] = 0;
        Arrays.fill(stale[vcpu], 0);
    }

    /** The message of a timer is not wanted any more. */
    void withdraw(int timer) {
        for (List<Deque<Message>> ofVcpu : queues) {
            ofVcpu.forEach(queue -> queue.removeIf(message -> message.timer() == timer));
        }
    }

    /** The message of page faults is not wanted any more. */
    void withdrawReady(int vcpu) {
        queues.get(vcpu).forEach(queue -> queue.removeIf(message -> message.timer() == READY));
    }

    private static void released(Message message) {
        Port port = message.port();
        if (port != null) {
            port.waiting--;
        }
    }

    // Registers.

    boolean isKnown(int name) {
        return name >= Registers.SINT && name <= Registers.EOM || isTimer(name);
    }

    private boolean isTimer(int name) {
        return timers.isPresent() && name >= TimerModel.FIRST && name <= TimerModel.LAST;
    }

    boolean get(int vcpu, int name, long... value) {
        if (isTimer(name)) {
            value[0] = timers.get(vcpu, name);
            return true;
        }
        switch (name) {
            case Registers.SCONTROL -> value[0] = control[vcpu];
            case Registers.SVERSION -> value[0] = choices.is("sversion", "7") ? 7 : 1;
            case Registers.SIEFP -> value[0] = model.overlays[3 * vcpu + Model.FLAGS];
            case Registers.SIMP -> value[0] = model.overlays[3 * vcpu + Model.MESSAGES];
            case Registers.EOM -> value[0] = 0;
            default -> value[0] = sources[vcpu][name - Registers.SINT];
        }
        return true;
    }

    void set(Model.Answer answer, int vcpu, int name, long value) {
        if (isTimer(name)) {
            timers.set(answer, vcpu, name, value);
            return;
        }
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
                if (interrupts && (vector < 16 || vector > 31) && !choices.is("sint-vectors", "any")) {
                    answer.refuse(5);
                } else {
                    int source = name - Registers.SINT;
                    boolean wasMasked = (sources[vcpu][source] & MASKED) != 0;
                    sources[vcpu][source] = value;
                    if (wasMasked && interrupts && (isHolding() || choices.is("unmask", "scans"))) {
                        scan(vcpu, source);
                    }
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

    boolean takesFlags(int vcpu) {
        return (control[vcpu] & 1) != 0 && (model.overlays[3 * vcpu + Model.FLAGS] & 1) != 0;
    }

    private void scan(int vcpu) {
        for (int source = 0; source < SOURCES; source++) {
            scan(vcpu, source);
        }
    }

    private boolean isHolding() {
        return choices.is("masked-message", "held");
    }

    private void scan(int vcpu, int source) {
        Deque<Message> queue = queues.get(vcpu).get(source);
        boolean isHeld = isHolding() && (sources[vcpu][source] & MASKED) != 0;
        if (queue.isEmpty() || !takesMessages(vcpu) || isHeld) {
            return;
        }
        byte[] page = model.frame(vcpu, Model.MESSAGES);
        int slot = SLOT * source;
        if (Model.load32(page, slot) != 0) {
            race(0, page, slot);
            page[slot + 5] |= 1;
            race(1, page, slot);
            if (Model.load32(page, slot) != 0) {
                return;
            }
        }
        Message message = queue.element();
        boolean isReady = message.timer() == READY;
        byte[] payload = isReady ? model.faults.placing(vcpu, message.payload()) : message.payload();
        queue.remove();
        released(message);
        if (message.timer() >= 0) {
            timers.delivered(message.timer(), payload);
        }
        Model.store32(page, slot, message.type());
        page[slot + 4] = (byte) payload.length;
        page[slot + 5] = (byte) (queue.isEmpty() ? 0 : 1);
        page[slot + 6] = 0;
        page[slot + 7] = 0;
        Model.store64(page, slot + 8, message.origination());
        System.arraycopy(payload, 0, page, slot + 16, payload.length);
        stale[vcpu][source] = slot + 16 + payload.length;
        raise(vcpu, source);
        if (isReady) {
            model.faults.placed(vcpu);
        }
    }

    private void race(int when, byte[] page, int slot) {
        Integer type = races.get(when).poll();
        if (type != null) {
            Model.store32(page, slot, type);
        }
    }

    private void raise(int vcpu, int source) {
        if (vector(vcpu, source) != 0) {
            raise(vcpu, vector(vcpu, source), true);
        }
    }

    /** Which interrupt a source makes; 0 if it makes none. */
    int vector(int vcpu, int source) {
        int silent = choices.is("polling", "absent") ? MASKED : MASKED | POLLING;
        int vector = (int) sources[vcpu][source] & 0xFF;
        return (sources[vcpu][source] & silent) == 0 && vector >= 16 && vector < 32 ? vector : 0;
    }

    boolean isSet(int vcpu, int source, int flag) {
        return (model.frame(vcpu, Model.FLAGS)[SLOT * source + flag / 8] >>> flag % 8 & 1) != 0;
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
        int refusing = -1;
        for (int i = 0; i < model.vcpus; i++) {
            if (port.events ? takesSignals(i, port.source) : takesMessages(i)) {
                return i;
            }
            refusing = refusing < 0 && port.events && takesFlags(i) ? i : refusing;
        }
        return refusing;
    }

    boolean takesSignals(int vcpu, int source) {
        return takesFlags(vcpu) && ((sources[vcpu][source] & MASKED) == 0 || choices.is("masked-signal", "set"));
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
        SynicModel to = connection.to();
        if (to == null) {
            if (connection.flags() > 0) {
                answer.refuse(wrongKind());
            }
            if (!answer.isRefused()) {
                int status = outside.received(id, type, Arrays.copyOfRange(in, 16, 16 + size));
                if (status != 0) {
                    answer.refuse(status);
                }
            }
            return;
        }
        Port port = to.ports.get(connection.port());
        if (port == null) {
            answer.refuse(0x11);
            return;
        }
        if (port.events) {
            answer.refuse(wrongKind());
            return;
        }
        int vcpu = to.target(port);
        if (vcpu < 0) {
            answer.refuse(0xE);
        } else if (!to.takesMessages(vcpu) && !choices.is("post-while-off", "queued")) {
            answer.refuse(0x18);
        }
        if (port.waiting >= BUFFERS) {
            answer.refuse(0x13);
        }
        if (!answer.isRefused()) {
            byte[] payload = Arrays.copyOfRange(in, 16, 16 + size);
            to.enqueue(vcpu, port.source, new Message(type, port.id, payload, port, NO_TIMER));
        }
    }

    private int wrongKind() {
        return choices.is("wrong-port-kind", "connection") ? 0x12 : 0x11;
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
        enqueue(vcpu, port.source, new Message(type, port.id, payload, port, NO_TIMER));
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
        SynicModel to = connection.to();
        if (to == null) {
            if (connection.flags() == 0) {
                answer.refuse(wrongKind());
            } else if (flag >= connection.flags()) {
                answer.refuse(5);
            }
            if (!answer.isRefused()) {
                outside.signalled(id, flag);
            }
            return;
        }
        Port port = to.ports.get(connection.port());
        if (port == null) {
            answer.refuse(0x11);
            return;
        }
        if (!port.events) {
            answer.refuse(wrongKind());
            return;
        }
        if (flag >= port.count) {
            answer.refuse(5);
        }
        int vcpu = to.target(port);
        int status = vcpu < 0 ? 0xE : to.flag(vcpu, port.source, port.first + flag, !answer.isRefused());
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
        if (!takesSignals(vcpu, source)) {
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

    // Ports that a guest makes (hyperv.md 4.2).

    private static boolean isSelf(byte[] in, int at) {
        return Model.load64(in, at) == -1;
    }

    void guestCreates(Model.Answer answer, int caller, byte... in) {
        int id = Model.load32(in, 8);
        int kind = Model.load32(in, 24);
        int source = Model.load32(in, 32);
        int vcpu = Model.load32(in, 36);
        int first = Model.load32(in, 40) & 0xFFFF;
        int count = Model.load32(in, 40) >>> 16;
        if (!isSelf(in, 0) || !isSelf(in, 16) && Model.load64(in, 16) != 0) {
            answer.refuse(6);
        }
        if (id < 0
                || id > LAST_ID
                || Model.load32(in, 12) != 0
                || kind < 1
                || kind > 2
                || source < 0
                || source >= SOURCES
                || kind == 2 && (count == 0 || first + count > FLAGS)) {
            answer.refuse(5);
        }
        int target = vcpu == -2 ? caller : vcpu;
        if (target < -1 || target >= model.vcpus) {
            answer.refuse(0xE);
        }
        if (ports.containsKey(id)) {
            answer.refuse(0x19);
        }
        if (!answer.isRefused()) {
            ports.put(id, new Port(this, id, kind == 2, target, source, first, kind == 2 ? count : 0));
        }
    }

    void guestDeletes(Model.Answer answer, byte... in) {
        Port port = ports.get(Model.load32(in, 8));
        if (!isSelf(in, 0)) {
            answer.refuse(6);
        }
        if (port == null) {
            answer.refuse(0x11);
        } else if (!answer.isRefused()) {
            close(port);
        }
    }

    void guestConnects(Model.Answer answer, byte... in) {
        int id = Model.load32(in, 8);
        int kind = Model.load32(in, 32);
        Port port = ports.get(Model.load32(in, 24));
        if (!isSelf(in, 0) || !isSelf(in, 16)) {
            answer.refuse(6);
        }
        if (id < 0 || id > LAST_ID) {
            answer.refuse(0x12);
        }
        if (Model.load32(in, 12) != 0 || kind < 1 || kind > 2) {
            answer.refuse(5);
        }
        if (port == null || port.events != (kind == 2)) {
            answer.refuse(0x11);
        }
        if (connections.containsKey(id)) {
            answer.refuse(0x19);
        }
        if (!answer.isRefused()) {
            connections.put(id, new Connection(this, Model.load32(in, 24), 0));
        }
    }

    void guestDisconnects(Model.Answer answer, byte... in) {
        Connection connection = connections.get(Model.load32(in, 8));
        if (!isSelf(in, 0)) {
            answer.refuse(6);
        }
        if (connection == null) {
            answer.refuse(0x12);
        } else if (connection.to() != this) {
            answer.refuse(6);
        } else if (!answer.isRefused()) {
            connections.remove(Model.load32(in, 8));
        }
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
