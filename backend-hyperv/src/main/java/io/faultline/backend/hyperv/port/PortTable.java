/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.port;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.api.synic.SyntheticInterrupts;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.hypercall.Status;
import io.faultline.backend.hyperv.port.PortSettings.PostWhileOff;
import io.faultline.backend.hyperv.synic.BufferKind;
import io.faultline.backend.hyperv.synic.BufferPool;
import io.faultline.backend.hyperv.synic.EventFlags;
import io.faultline.backend.hyperv.synic.MessageBuffer;
import io.faultline.backend.hyperv.synic.MessageQueues;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/**
 * The ports of a machine, and what they do with what comes. They belong to the state of the machine, whoever made them.
 *
 * @since 0.1
 */
@Singleton
final class PortTable implements StateElement, BufferPool {
    private final IdTable<Port> ports = new IdTable<>();
    private final MachineEnd end = new MachineEnd();

    private final MessageQueues queues;
    private final EventFlags flags;
    private final PortRules rules;
    private final TargetChoice choice;
    private final int vcpus;
    private final int limit;
    private final boolean refusesWhileOff;

    @Inject
    PortTable(
            Host host,
            MessageQueues queues,
            EventFlags flags,
            PortRules rules,
            TargetChoice choice,
            PortSettings settings) {
        this.queues = queues;
        this.flags = flags;
        this.rules = rules;
        this.choice = choice;
        vcpus = host.vcpuCount();
        limit = settings.maxPorts();
        refusesWhileOff = settings.postWhileOff() == PostWhileOff.REFUSED;
        end.opened(this);
        queues.pool(BufferKind.PORT, this);
    }

    /** The machine for others. */
    MachineEnd end() {
        return end;
    }

    @Nullable
    Port port(int id) {
        return ports.get(id);
    }

    boolean isFull() {
        return ports.size() >= limit;
    }

    int limit() {
        return limit;
    }

    /** Enters a port for messages; the identifier is free, and there is room. */
    void createForMessages(int id, int vcpu, int source) {
        ports.put(id, Port.ofMessages(this, id, vcpu, source));
    }

    /** Enters a port for events; the identifier is free, and there is room. */
    void createForEvents(int id, int vcpu, int source, int firstFlag, int count) {
        ports.put(id, Port.ofEvents(this, id, vcpu, source, firstFlag, count));
    }

    /** Deletes a port with what waits in its buffers; false if there is none. */
    boolean delete(int id) {
        Port port = ports.remove(id);
        if (port != null) {
            port.delete();
        }
        return port != null;
    }

    void withdraw(MessageBuffer buffer) {
        queues.withdraw(buffer);
    }

    /**
     * Takes a message. What the sender cannot mend by waiting is said before that there is no buffer.
     *
     * @param port a port of this table, for messages
     * @param posting the message
     * @return a {@link Status}
     */
    int post(Port port, Posting posting) {
        int vcpu = port.vcpu() == SyntheticInterrupts.ANY_VCPU ? choice.forMessage(port.source()) : port.vcpu();
        if (vcpu == TargetChoice.NONE) {
            return Status.INVALID_VP_INDEX;
        }
        if (refusesWhileOff && posting.isOfGuest() && !queues.isReceiving(vcpu)) {
            return Status.INVALID_SYNIC_STATE;
        }
        MessageBuffer buffer = port.freeBuffer();
        if (buffer == null) {
            return Status.INSUFFICIENT_BUFFERS;
        }
        posting.copy(buffer.payload());
        buffer.message(posting.type(), posting.size(), rules.origination(port.id()));
        queues.post(vcpu, port.source(), buffer);
        return Status.SUCCESS;
    }

    /**
     * Takes a signal.
     *
     * @param port a port of this table, for events
     * @param relative number of the flag, counted from the first of the port, not less than 0
     * @return a {@link Status}
     */
    int signal(Port port, int relative) {
        int flag = rules.flag(port.firstFlag(), port.flags(), relative);
        if (flag < 0) {
            return Status.INVALID_PARAMETER;
        }
        int vcpu = port.vcpu() == SyntheticInterrupts.ANY_VCPU ? choice.forSignal(port.source()) : port.vcpu();
        return vcpu == TargetChoice.NONE ? Status.INVALID_VP_INDEX : flags.signal(vcpu, port.source(), flag);
    }

    /** A restored message: the port that its queue belongs to, and no other, has a buffer for it. */
    @Override
    public @Nullable MessageBuffer take(int vcpu, int source, int key) {
        Port port = ports.get(key);
        boolean isOfQueue = port != null
                && port.source() == source
                && (port.vcpu() == vcpu || port.vcpu() == SyntheticInterrupts.ANY_VCPU);
        return isOfQueue ? port.freeBuffer() : null;
    }

    @Override
    public @Nullable MessageBuffer take(int vcpu, int key) {
        throw new IllegalStateException("a port is of one source");
    }

    /** The machine is closed: who has a reference to one of its ports keeps nothing of it. */
    void close() {
        end.closed();
        reset();
    }

    @Override
    public String stateName() {
        return "ports";
    }

    @Override
    public void reset() {
        for (int i = 0; i < ports.size(); i++) {
            ports.at(i).delete();
        }
        ports.clear();
    }

    @Override
    public void save(StateWriter writer) {
        int count = ports.size();
        long[] ids = new long[count];
        long[] targets = new long[count];
        long[] sources = new long[count];
        long[] first = new long[count];
        long[] flagCounts = new long[count];
        for (int i = 0; i < count; i++) {
            Port port = ports.at(i);
            ids[i] = port.id();
            targets[i] = port.vcpu();
            sources[i] = port.source();
            first[i] = port.firstFlag();
            flagCounts[i] = port.flags();
        }
        writer.words("ids", ids);
        writer.words("vcpus", targets);
        writer.words("sources", sources);
        writer.words("first-flags", first);
        writer.words("flags", flagCounts);
    }

    @Override
    public void restore(StateReader reader) {
        reset();
        long[] ids = reader.words("ids");
        long[] targets = reader.words("vcpus", ids.length);
        long[] sources = reader.words("sources", ids.length);
        long[] first = reader.words("first-flags", ids.length);
        long[] flagCounts = reader.words("flags", ids.length);
        if (ids.length > limit) {
            throw reader.invalid("ids", "has " + ids.length + " ports, more than " + limit);
        }
        for (int i = 0; i < ids.length; i++) {
            require(reader, "ids", ids[i], i == 0 ? 0 : ids[i - 1] + 1, SyntheticInterrupts.LAST_ID);
            require(reader, "vcpus", targets[i], SyntheticInterrupts.ANY_VCPU, vcpus - 1L);
            require(reader, "sources", sources[i], 0, SyntheticInterrupts.SOURCES - 1L);
            require(reader, "first-flags", first[i], 0, flagCounts[i] == 0 ? 0 : SyntheticInterrupts.FLAGS - 1L);
            require(reader, "flags", flagCounts[i], 0, SyntheticInterrupts.FLAGS - first[i]);
            if (flagCounts[i] == 0) {
                createForMessages((int) ids[i], (int) targets[i], (int) sources[i]);
            } else {
                createForEvents((int) ids[i], (int) targets[i], (int) sources[i], (int) first[i], (int) flagCounts[i]);
            }
        }
    }

    private static void require(StateReader reader, String name, long value, long lowest, long highest) {
        if (value < lowest || value > highest) {
            throw reader.invalid(name, "has " + value + ", outside " + lowest + " to " + highest);
        }
    }
}
