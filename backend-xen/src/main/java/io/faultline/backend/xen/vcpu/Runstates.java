/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.xen.hypercall.Struct;
import jakarta.inject.Inject;
import java.util.Arrays;

/**
 * What each vCPU spends its time with, and where the guest wants to read that (xen.md 3.5).
 *
 * <p>The VMM decides who runs. A vCPU that it stops and runs again before any time has passed has not stopped at all, so
 * that single steps and one long run are the same to a guest. That a wait is over is noticed when the vCPU runs again.
 */
public final class Runstates implements StateElement {
    /** It executes. */
    static final int RUNNING = 0;
    /** It could execute, and others do. */
    static final int RUNNABLE = 1;
    /** It waits for an interrupt or event. */
    static final int BLOCKED = 2;
    /** It is off or paused, or a page that it needs is not there. */
    static final int OFFLINE = 3;

    private static final int STATES = 4;
    private static final int NOBODY = -1;
    private static final int BYTES = 48;
    private static final int ENTRY_TIME = 8;
    private static final int TIMES = 16;
    /** The byte of the entry time with the flag that says that an update is under way. */
    private static final int FLAG_BYTE = ENTRY_TIME + 7;

    private static final long UPDATE = 1L << 63;

    private final Host host;
    private final VcpuMemory memory;
    private final RunstateUpdateFlag flag;
    private final Struct buffer = new Struct();

    private final int[] states;
    private final long[] since;
    /** For each vCPU, the times of its states, one after the other. */
    private final long[] spent;
    /** When a vCPU that is RUNNING was stopped by the VMM; 0 for others. */
    private final long[] leftAt;
    /** Virtual addresses, 0 for none. */
    private final long[] areas;
    /** Not state: it concerns the run in progress. */
    private int executing = NOBODY;

    @Inject
    Runstates(Host host, VcpuMemory memory, RunstateUpdateFlag flag) {
        this.host = host;
        this.memory = memory;
        this.flag = flag;
        int count = host.vcpuCount();
        states = new int[count];
        since = new long[count];
        spent = new long[count * STATES];
        leftAt = new long[count];
        areas = new long[count];
        reset();
    }

    private void change(int vcpu, int state, long now) {
        spent[vcpu * STATES + states[vcpu]] += now - since[vcpu];
        states[vcpu] = state;
        since[vcpu] = now;
        leftAt[vcpu] = 0;
    }

    /** Somebody else has had the time since the VMM stopped a vCPU, if any has passed. */
    private void settle(int vcpu) {
        if (states[vcpu] == RUNNING && executing != vcpu && leftAt[vcpu] != host.now()) {
            change(vcpu, RUNNABLE, leftAt[vcpu]);
        }
    }

    void entered(VirtualProcessor processor) {
        int vcpu = processor.index();
        settle(vcpu);
        executing = vcpu;
        if (states[vcpu] != RUNNING) {
            change(vcpu, RUNNING, host.now());
            update(processor);
        }
    }

    void left(VirtualProcessor processor) {
        int vcpu = processor.index();
        executing = NOBODY;
        if (!processor.isOn() || processor.isWaitingForPage()) {
            stop(vcpu, OFFLINE);
        } else if (processor.isBlocked()) {
            stop(vcpu, BLOCKED);
        } else {
            leftAt[vcpu] = host.now();
        }
    }

    /** Somebody outside keeps a vCPU from running that has stopped. */
    void paused(int vcpu) {
        settle(vcpu);
        stop(vcpu, OFFLINE);
    }

    private void stop(int vcpu, int state) {
        if (states[vcpu] != state) {
            change(vcpu, state, host.now());
        }
    }

    void turnedOn(int vcpu) {
        stop(vcpu, RUNNABLE);
    }

    void turnedOff(int vcpu) {
        settle(vcpu);
        stop(vcpu, OFFLINE);
    }

    /**
     * Has the runstate of a vCPU written to an address whenever it begins to run.
     *
     * @param vcpu index of the vCPU
     * @param address virtual address in whatever stage 1 the vCPU has then; 0 for no more
     */
    void register(int vcpu, long address) {
        areas[vcpu] = address;
    }

    /**
     * Writes the runstate of a vCPU as it is now into a buffer.
     *
     * @param vcpu index of the vCPU
     * @param target where to
     * @return how many bytes that is
     */
    int read(int vcpu, Struct target) {
        settle(vcpu);
        put(vcpu, target);
        if (executing != vcpu) {
            // Of another vCPU the present state counts up to now.
            int time = TIMES + Long.BYTES * states[vcpu];
            target.u64(time, target.u64(time) + host.now() - since[vcpu]);
        }
        return BYTES;
    }

    private void put(int vcpu, Struct target) {
        target.u32(0, states[vcpu]);
        target.u32(4, 0);
        target.u64(ENTRY_TIME, since[vcpu]);
        for (int state = 0; state < STATES; state++) {
            target.u64(TIMES + Long.BYTES * state, spent[vcpu * STATES + state]);
        }
    }

    /** What cannot be written is left out: nobody hears of it (XEN-042). */
    private void update(VirtualProcessor processor) {
        int vcpu = processor.index();
        long address = areas[vcpu];
        if (address == 0) {
            return;
        }
        put(vcpu, buffer);
        boolean flagged = flag.isOn();
        if (flagged) {
            buffer.u64(ENTRY_TIME, since[vcpu] | UPDATE);
            memory.write(processor, address + FLAG_BYTE, buffer.bytes(), FLAG_BYTE, 1);
        }
        memory.write(processor, address, buffer.bytes(), 0, BYTES);
        if (flagged) {
            buffer.u64(ENTRY_TIME, since[vcpu]);
            memory.write(processor, address + FLAG_BYTE, buffer.bytes(), FLAG_BYTE, 1);
        }
    }

    /**
     * Puts one vCPU into its state after cold reset. The time that has passed remains accounted for.
     *
     * @param vcpu index of the vCPU
     */
    void reset(int vcpu) {
        settle(vcpu);
        areas[vcpu] = 0;
        stop(vcpu, vcpu == 0 ? RUNNABLE : OFFLINE);
    }

    @Override
    public String stateName() {
        return "runstate";
    }

    /** The clock of the machine is reset already. */
    @Override
    public void reset() {
        Arrays.fill(states, OFFLINE);
        states[0] = RUNNABLE;
        Arrays.fill(since, host.now());
        Arrays.fill(spent, 0);
        Arrays.fill(leftAt, 0);
        Arrays.fill(areas, 0);
        executing = NOBODY;
    }

    @Override
    public void save(StateWriter writer) {
        writer.words("states", Arrays.stream(states).asLongStream().toArray());
        writer.words("since", since);
        writer.words("spent", spent);
        writer.words("left-at", leftAt);
        writer.words("areas", areas);
    }

    @Override
    public void restore(StateReader reader) {
        long[] saved = reader.words("states", states.length);
        for (int vcpu = 0; vcpu < states.length; vcpu++) {
            if (saved[vcpu] < RUNNING || saved[vcpu] > OFFLINE) {
                throw reader.invalid("states", "has " + saved[vcpu] + ", which is not a state");
            }
            states[vcpu] = (int) saved[vcpu];
        }
        copy(reader, "since", since);
        copy(reader, "spent", spent);
        copy(reader, "left-at", leftAt);
        long[] addresses = reader.words("areas", areas.length);
        System.arraycopy(addresses, 0, areas, 0, areas.length);
        executing = NOBODY;
    }

    /** Times are in the past. */
    private void copy(StateReader reader, String name, long[] target) {
        long[] times = reader.words(name, target.length);
        for (long time : times) {
            if (time < 0 || time > host.now()) {
                throw reader.invalid(name, "has " + time + " ns, which is not a time that has passed");
            }
        }
        System.arraycopy(times, 0, target, 0, target.length);
    }
}
