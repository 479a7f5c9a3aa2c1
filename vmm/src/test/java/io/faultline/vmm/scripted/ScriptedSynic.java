/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.scripted;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.api.synic.Connection;
import io.faultline.api.synic.EventPort;
import io.faultline.api.synic.MessagePort;
import io.faultline.api.synic.MessageReceiver;
import io.faultline.api.synic.SignalReceiver;
import io.faultline.api.synic.SynicPort;
import io.faultline.api.synic.SynicStatus;
import io.faultline.api.synic.SyntheticInterrupts;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Synthetic interrupt controllers with message ports: a slot for each vCPU and source, sixteen buffers for each port. */
public final class ScriptedSynic implements SyntheticInterrupts {
    private final int vcpus;
    private final Map<Integer, Port> ports = new TreeMap<>();
    private final Map<Integer, MessageReceiver> messages = new TreeMap<>();
    private final Map<Integer, SignalReceiver> signals = new TreeMap<>();
    private final Map<String, byte[]> slots = new TreeMap<>();
    private final List<String> flags = new ArrayList<>();
    private final TreeSet<Integer> off = new TreeSet<>();

    ScriptedSynic(int vcpus) {
        this.vcpus = vcpus;
    }

    private static String slot(int vcpu, int source) {
        return vcpu + "/" + source;
    }

    private final class Port implements MessagePort {
        private final int id;
        private final int vcpu;
        private final int source;
        private final Deque<byte[]> buffers = new ArrayDeque<>();

        Port(int id, int vcpu, int source) {
            this.id = id;
            this.vcpu = vcpu;
            this.source = source;
        }

        @Override
        public SynicStatus post(int type, byte[] payload) {
            if (type != 1 || payload.length > PAYLOAD_BYTES) {
                throw new IllegalArgumentException("a message of type " + type + " and " + payload.length + " bytes");
            }
            if (!isOpen()) {
                return SynicStatus.INVALID_PORT_ID;
            }
            if (buffers.size() == BUFFERS) {
                return SynicStatus.INSUFFICIENT_BUFFERS;
            }
            buffers.addLast(payload.clone());
            deliver(vcpu, source);
            return SynicStatus.SUCCESS;
        }

        @Override
        public int waiting() {
            return buffers.size();
        }

        @Override
        public int id() {
            return id;
        }

        @Override
        public boolean isOpen() {
            return ports.get(id) == this;
        }

        @Override
        public void close() {
            ports.remove(id, this);
        }
    }

    private void deliver(int vcpu, int source) {
        for (Port port : ports.values()) {
            if (port.vcpu == vcpu && port.source == source && !port.buffers.isEmpty()) {
                slots.computeIfAbsent(slot(vcpu, source), free -> port.buffers.removeFirst());
            }
        }
    }

    // For the guest.

    /** Posts a message of type 1. */
    public SynicStatus post(int connection, byte[] payload) {
        return post(connection, 1, payload);
    }

    public SynicStatus post(int connection, int type, byte[] payload) {
        return messages.get(connection).received(type, payload.clone());
    }

    public void signal(int connection) {
        signals.get(connection).signalled(0);
    }

    public boolean hasConnection(int connection) {
        return signals.containsKey(connection);
    }

    /** Empties a slot, so that the next message gets into it. */
    public Optional<byte[]> take(int vcpu, int source) {
        Optional<byte[]> message = Optional.ofNullable(slots.remove(slot(vcpu, source)));
        deliver(vcpu, source);
        return message;
    }

    /** Flags that were set, each as vCPU, source and flag. */
    public List<String> flags() {
        return flags;
    }

    /** Turns the controller of a vCPU off for flags, or on. */
    public void off(int vcpu, boolean isOff) {
        if (isOff) {
            off.add(vcpu);
        } else {
            off.remove(vcpu);
        }
    }

    // For the machine.

    void save(StateWriter writer) {
        writer.words("ports", ports.keySet().stream().mapToLong(id -> id).toArray());
        ports.forEach((id, port) -> {
            writer.words("port." + id, new long[] {port.vcpu, port.source, port.buffers.size()});
            int index = 0;
            for (byte[] message : port.buffers) {
                writer.bytes("port." + id + "." + index++, message);
            }
        });
        writer.word("slots", slots.size());
        int index = 0;
        for (Map.Entry<String, byte[]> slot : slots.entrySet()) {
            writer.text("slot." + index, slot.getKey());
            writer.bytes("content." + index++, slot.getValue());
        }
    }

    void restore(StateReader reader) {
        ports.clear();
        slots.clear();
        for (long id : reader.words("ports")) {
            long[] values = reader.words("port." + id, 3);
            Port port = new Port((int) id, (int) values[0], (int) values[1]);
            for (int i = 0; i < values[2]; i++) {
                port.buffers.addLast(reader.bytes("port." + id + "." + i));
            }
            ports.put((int) id, port);
        }
        long count = reader.word("slots");
        for (int i = 0; i < count; i++) {
            slots.put(reader.text("slot." + i), reader.bytes("content." + i));
        }
    }

    // For the VMM.

    @Override
    public MessagePort createMessagePort(int id, int vcpu, int source) {
        if (vcpu < 0 || vcpu >= vcpus || source < 0 || source >= SOURCES) {
            throw new HypervisorException(ErrorId.INVALID_ARGUMENT, "no source " + vcpu + "/" + source, "", "");
        }
        Port port = new Port(id, vcpu, source);
        if (ports.putIfAbsent(id, port) != null) {
            throw new HypervisorException(ErrorId.RESOURCE_CONFLICT, "port " + id + " is in use", "", "");
        }
        return port;
    }

    @Override
    public EventPort createEventPort(int id, int vcpu, int source, int firstFlag, int flagCount) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<MessagePort> messagePort(int id) {
        return Optional.ofNullable(ports.get(id));
    }

    @Override
    public Optional<EventPort> eventPort(int id) {
        return Optional.empty();
    }

    @Override
    public Connection connect(int connection, MessageReceiver receiver) {
        messages.put(connection, receiver);
        return connection(connection);
    }

    @Override
    public Connection connect(int connection, int flagCount, SignalReceiver receiver) {
        signals.put(connection, receiver);
        return connection(connection);
    }

    @Override
    public Connection connect(int connection, SynicPort port) {
        throw new UnsupportedOperationException();
    }

    private static Connection connection(int connection) {
        return new Connection() {
            @Override
            public int id() {
                return connection;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public SynicStatus signal(int vcpu, int source, int flag) {
        if (off.contains(vcpu)) {
            return SynicStatus.INVALID_SYNIC_STATE;
        }
        flags.add(vcpu + "/" + source + "/" + flag);
        return SynicStatus.SUCCESS;
    }
}
