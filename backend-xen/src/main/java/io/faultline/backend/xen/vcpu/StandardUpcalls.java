/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.api.arm64.PageSize;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import jakarta.inject.Inject;

/**
 * The vcpu_info of each vCPU. Its place is one in memory: what the guest maps at the frame number later does not redirect
 * the hypervisor (XEN-039).
 */
public final class StandardUpcalls implements Upcalls, InfoPlaces, StateElement {
    private final Host host;
    private final InitialInfo initial;
    private final EventInterrupt interrupt;
    private final Pollers pollers;
    private final Frame[] frames;
    private final int[] offsets;
    private final boolean[] registered;

    @Inject
    StandardUpcalls(Host host, InitialInfo initial, EventInterrupt interrupt, Pollers pollers) {
        this.host = host;
        this.initial = initial;
        this.interrupt = interrupt;
        this.pollers = pollers;
        frames = new Frame[host.vcpuCount()];
        offsets = new int[host.vcpuCount()];
        registered = new boolean[host.vcpuCount()];
        // The lines may have been restored already, and are left alone until a reset or what was saved says how they
        // are.
        for (int vcpu = 0; vcpu < frames.length; vcpu++) {
            placeInitially(vcpu);
        }
    }

    private void placeInitially(int vcpu) {
        place(vcpu, vcpu == 0 ? initial.sharedInfo() : initial.unread(), 0);
    }

    @Override
    public void markPending(int vcpu) {
        boolean was = frames[vcpu].testAndSet32(offsets[vcpu] + VcpuInfo.UPCALL_PENDING, VcpuInfo.UPCALL_PENDING_BIT);
        if (!was) {
            interrupt.raise(vcpu);
        }
    }

    @Override
    public boolean isMarked(int vcpu) {
        boolean reachable = vcpu == 0 || registered[vcpu];
        int word = frames[vcpu].load32(offsets[vcpu] + VcpuInfo.UPCALL_PENDING);
        return !reachable || (word & VcpuInfo.UPCALL_PENDING_BIT) != 0;
    }

    @Override
    public Frame infoFrame(int vcpu) {
        return frames[vcpu];
    }

    @Override
    public int infoOffset(int vcpu) {
        return offsets[vcpu];
    }

    @Override
    public void wakePollers(int port) {
        pollers.wake(port);
    }

    @Override
    public boolean isRegistered(int vcpu) {
        return registered[vcpu];
    }

    @Override
    public void register(int vcpu, Frame frame, int offset) {
        long[] content = new long[VcpuInfo.BYTES / Long.BYTES];
        if (vcpu == 0) {
            for (int i = 0; i < content.length; i++) {
                content[i] = frames[0].load64(offsets[0] + i * Long.BYTES);
            }
        }
        for (int i = 0; i < content.length; i++) {
            frame.store64(offset + i * Long.BYTES, content[i]);
        }
        place(vcpu, frame, offset);
        registered[vcpu] = true;
        interrupt.follow(vcpu, frame, offset);
        frame.store64(offset + VcpuInfo.PENDING_SELECTOR, VcpuInfo.EVERY_WORD);
        markPending(vcpu);
    }

    private void place(int vcpu, Frame frame, int offset) {
        frames[vcpu] = frame;
        offsets[vcpu] = offset;
    }

    /**
     * Puts one vCPU back to where its vcpu_info is initially.
     *
     * @param vcpu index of the vCPU
     */
    public void reset(int vcpu) {
        registered[vcpu] = false;
        placeInitially(vcpu);
        follow(vcpu);
    }

    /** The guest can reach the place unless it is that of a vCPU above 0 that has not registered any. */
    private void follow(int vcpu) {
        if (vcpu == 0 || registered[vcpu]) {
            interrupt.follow(vcpu, frames[vcpu], offsets[vcpu]);
        } else {
            interrupt.release(vcpu);
        }
    }

    /** Whether a page holds the vcpu_info of a vCPU. */
    boolean uses(long physical) {
        for (Frame frame : frames) {
            if (frame.physical() == physical) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String stateName() {
        return "vcpu-info";
    }

    @Override
    public void reset() {
        for (int vcpu = 0; vcpu < frames.length; vcpu++) {
            reset(vcpu);
        }
    }

    @Override
    public void save(StateWriter writer) {
        long[] places = new long[frames.length];
        long[] taken = new long[frames.length];
        for (int vcpu = 0; vcpu < frames.length; vcpu++) {
            places[vcpu] = registered[vcpu] ? frames[vcpu].physical() + offsets[vcpu] : 0;
            taken[vcpu] = registered[vcpu] ? 1 : 0;
        }
        writer.words("places", places);
        writer.words("registered", taken);
    }

    /** Memory and interrupt controller are restored already. */
    @Override
    public void restore(StateReader reader) {
        long[] places = reader.words("places", frames.length);
        long[] taken = reader.words("registered", frames.length);
        for (int vcpu = 0; vcpu < frames.length; vcpu++) {
            requirePlace(reader, places[vcpu], taken[vcpu]);
            registered[vcpu] = taken[vcpu] == 1;
            if (registered[vcpu]) {
                long page = PageSize.pageOf(places[vcpu]);
                place(vcpu, new Frame(host.ram(), page), (int) (places[vcpu] - page));
            } else {
                placeInitially(vcpu);
            }
            follow(vcpu);
        }
    }

    private void requirePlace(StateReader reader, long place, long taken) {
        if (taken != 0 && taken != 1) {
            throw reader.invalid("registered", "has a number other than 0 and 1");
        }
        boolean fits = InfoRegistration.isPlaced((int) (place & PageSize.OFFSET_MASK));
        if (taken == 1 ? !fits || !host.ram().isResident(place) : place != 0) {
            throw reader.invalid("places", "names 0x" + Long.toHexString(place) + ", where no vcpu_info can be");
        }
    }
}
