/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.pagefault;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.pagefault.PageFaultControl;
import io.faultline.backend.xen.event.EventChannels;
import io.faultline.backend.xen.event.port.PortTable;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the vCPUs of one machine have registered. It outlives the domain: a machine that takes over a saved state is another
 * domain from then on.
 *
 * @since 0.1
 */
public final class Registrations implements StateElement {
    private static final long NOWHERE = -1;
    private static final long WORD = 0xFFFF_FFFFL;

    private final Host host;
    private final Supplier<EventChannels> channels;
    private final @Nullable Registration[] registrations;
    private @Nullable PageFaultControl control;

    /**
     * Makes the registrations of a machine: none.
     *
     * @param host the machine
     * @param channels finds the event channels of the present domain
     */
    public Registrations(Host host, Supplier<EventChannels> channels) {
        this.host = Objects.requireNonNull(host, "host");
        this.channels = Objects.requireNonNull(channels, "channels");
        registrations = new Registration[host.vcpuCount()];
    }

    /**
     * Returns the machine.
     *
     * @return the machine
     */
    public Host host() {
        return host;
    }

    /**
     * Returns the event channels.
     *
     * @return those of the present domain
     */
    public EventChannels channels() {
        return channels.get();
    }

    /**
     * Returns what a vCPU has registered.
     *
     * @param vcpu index of the vCPU
     * @return the registration; null if there is none
     */
    public @Nullable Registration of(int vcpu) {
        return registrations[vcpu];
    }

    void connect(PageFaultControl engine) {
        control = engine;
    }

    PageFaultControl control() {
        PageFaultControl connected = control;
        if (connected == null) {
            throw new IllegalStateException("the engine is not connected yet");
        }
        return connected;
    }

    /** Registers a vCPU that is not. The wake-all may be shown inside. */
    void register(int vcpu, Registration registration) {
        registration.area().begin();
        registrations[vcpu] = registration;
        control().enable(vcpu);
    }

    /**
     * Ends the registration of a vCPU, if there is one: a wake-all ends what is outstanding, and the area is not written
     * afterwards (XEN-195).
     *
     * @param vcpu index of the vCPU
     */
    public void unregister(int vcpu) {
        if (registrations[vcpu] != null) {
            control().disable(vcpu);
            registrations[vcpu] = null;
        }
    }

    /**
     * A port is closed: what was registered with it is not any more.
     *
     * @param port the port
     */
    public void closed(int port) {
        for (int vcpu = 0; vcpu < registrations.length; vcpu++) {
            Registration registration = registrations[vcpu];
            if (registration != null && registration.port() == port) {
                unregister(vcpu);
            }
        }
    }

    /** A vCPU is reset: nothing is written. */
    void forget(int vcpu) {
        registrations[vcpu] = null;
    }

    /**
     * Tells whether a page holds an area.
     *
     * @param physical physical address of the page
     * @return true if the hypervisor writes to it
     */
    public boolean uses(long physical) {
        for (Registration registration : registrations) {
            if (registration != null && registration.area().frame().physical() == physical) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String stateName() {
        return "apf";
    }

    @Override
    public void reset() {
        Arrays.fill(registrations, null);
    }

    @Override
    public void save(StateWriter writer) {
        int count = registrations.length;
        long[] areas = new long[count];
        long[] entries = new long[count];
        long[] ports = new long[count];
        long[] flags = new long[count];
        long[] producers = new long[count];
        long[] inHand = new long[count];
        Arrays.fill(areas, NOWHERE);
        for (int vcpu = 0; vcpu < count; vcpu++) {
            Registration registration = registrations[vcpu];
            if (registration != null) {
                SharedArea area = registration.area();
                areas[vcpu] = area.frame().physical() + area.offset();
                entries[vcpu] = area.entries();
                ports[vcpu] = registration.port();
                flags[vcpu] = registration.flags();
                producers[vcpu] = registration.producer() & WORD;
                inHand[vcpu] = registration.inHand() + 1;
            }
        }
        writer.words("areas", areas);
        writer.words("entries", entries);
        writer.words("ports", ports);
        writer.words("flags", flags);
        writer.words("producers", producers);
        writer.words("in-hand", inHand);
    }

    /** Memory and event channels are restored already. */
    @Override
    public void restore(StateReader reader) {
        int count = registrations.length;
        long[] areas = reader.words("areas", count);
        long[] entries = reader.words("entries", count);
        long[] ports = reader.words("ports", count);
        long[] flags = reader.words("flags", count);
        long[] producers = reader.words("producers", count);
        long[] inHand = reader.words("in-hand", count);
        for (int vcpu = 0; vcpu < count; vcpu++) {
            if (areas[vcpu] == NOWHERE) {
                boolean empty = (entries[vcpu] | ports[vcpu] | flags[vcpu] | producers[vcpu] | inHand[vcpu]) == 0;
                if (!empty) {
                    throw reader.invalid("areas", "has none for vCPU " + vcpu + ", of which more is said");
                }
                registrations[vcpu] = null;
                continue;
            }
            requireArea(reader, vcpu, areas[vcpu], entries[vcpu]);
            requireIn(reader, "ports", vcpu, ports[vcpu], 1, PortTable.MOST_PORTS - 1);
            requireIn(reader, "flags", vcpu, flags[vcpu], 0, Registration.FLAGS);
            requireIn(reader, "producers", vcpu, producers[vcpu], 0, WORD);
            requireIn(reader, "in-hand", vcpu, inHand[vcpu], 0, WORD + 1);
            if (!channels().isOwn((int) ports[vcpu], vcpu)) {
                throw reader.invalid("ports", "has " + ports[vcpu] + ", which is not a port of vCPU " + vcpu);
            }
            long page = PageSize.pageOf(areas[vcpu]);
            SharedArea area =
                    new SharedArea(new Frame(host.ram(), page), (int) (areas[vcpu] - page), (int) entries[vcpu]);
            Registration registration = new Registration(area, (int) ports[vcpu], (int) flags[vcpu]);
            registration.resume((int) producers[vcpu], inHand[vcpu] - 1);
            registrations[vcpu] = registration;
        }
    }

    private void requireArea(StateReader reader, int vcpu, long address, long entries) {
        int offset = (int) (address & PageSize.OFFSET_MASK);
        boolean isRing = entries >= 0 && entries <= SharedArea.MOST_ENTRIES && SharedArea.isRing((int) entries);
        if (!isRing || !SharedArea.isPlaced(offset, (int) entries)) {
            throw reader.invalid("areas", "has one for vCPU " + vcpu + " that no area can have");
        }
        if (address < 0 || !host.ram().contains(address) || !host.ram().isResident(address)) {
            throw reader.invalid("areas", "has 0x" + Long.toHexString(address) + ", where no memory is");
        }
    }

    private static void requireIn(StateReader reader, String name, int vcpu, long value, long least, long most) {
        if (value < least || value > most) {
            throw reader.invalid(name, "has " + value + " for vCPU " + vcpu);
        }
    }
}
