/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.machine;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The smallest hypervisor with an event of its own. A call latches the event, a handler runs before the next
 * instruction with the interrupted address in X2, another call goes back there.
 */
final class EventPersonality implements Personality {
    /** Latches the event on the vCPU with the affinity in X1. Returns 0. */
    static final int RAISE = 0xC600_0001;
    /** Sets the address of the handler to X1. Returns 0. */
    static final int REGISTER = 0xC600_0002;
    /** Goes back to where the event interrupted. */
    static final int COMPLETE = 0xC600_0003;

    private final List<EventPersonality> made;
    private Host host;
    private long[] pending;
    private long[] running;
    private long[] back;
    private long handler;
    private ScriptedPages pages;

    final List<String> seen = new ArrayList<>();

    EventPersonality(List<EventPersonality> made) {
        this.made = made;
    }

    ScriptedPages pages() {
        return pages;
    }

    Host host() {
        return host;
    }

    void raise(int vcpu) {
        pending[vcpu] = 1;
        host.vcpu(vcpu).requestAttention();
    }

    @Override
    public void attach(Host newHost) {
        made.add(this);
        host = newHost;
        pending = new long[host.vcpuCount()];
        running = new long[host.vcpuCount()];
        back = new long[host.vcpuCount()];
    }

    @Override
    public AbsentPageHandler absentPages() {
        pages = new ScriptedPages(host);
        return pages;
    }

    @Override
    public boolean call(VirtualProcessor vcpu, Conduit conduit, int function) {
        int index = vcpu.index();
        switch (function) {
            case RAISE -> {
                Optional<VirtualProcessor> target = host.byAffinity(vcpu.pe().x(1));
                target.ifPresent(found -> raise(found.index()));
                vcpu.pe().x(0, target.isPresent() ? 0 : -2);
            }
            case REGISTER -> {
                handler = vcpu.pe().x(1);
                vcpu.pe().x(0, 0);
            }
            case COMPLETE -> {
                running[index] = 0;
                vcpu.pe().returnAddress(back[index]);
                vcpu.requestAttention();
            }
            default -> {
                seen.add("call " + conduit + " " + Integer.toHexString(function));
                return false;
            }
        }
        return true;
    }

    /** The page that X1 names is needed for writing; X0 says whether it is lost. X2 counts the calls. */
    static final int NEED = 0x123;
    /** Leads the page that X1 names to the personality's own, or nowhere if X2 is 0. */
    static final int LEAD = 0x124;

    @Override
    public int privateFrames(MachineRequest request) {
        return 2;
    }

    @Override
    public boolean taggedCall(VirtualProcessor vcpu, int immediate) {
        long page = vcpu.pe().x(1);
        switch (immediate) {
            case NEED -> {
                vcpu.pe().x(2, vcpu.pe().x(2) + 1);
                if (host.ram().isResident(page)) {
                    vcpu.pe().x(0, 0);
                } else if (!vcpu.retryWithPage(page, AccessKind.WRITE)) {
                    vcpu.pe().x(0, -14);
                }
            }
            case LEAD -> {
                if (vcpu.pe().x(2) == 0) {
                    host.stage2().unmap(page);
                } else {
                    host.stage2().map(page, host.privateFrame(1));
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    @Override
    public void closed() {
        seen.add(host.isRehearsal() ? "closed rehearsal" : "closed");
    }

    @Override
    public boolean attention(VirtualProcessor vcpu) {
        if (!wakes(vcpu)) {
            return false;
        }
        int index = vcpu.index();
        pending[index] = 0;
        running[index] = 1;
        back[index] = vcpu.pe().pc();
        vcpu.pe().x(2, vcpu.pe().pc());
        vcpu.pe().pc(handler);
        return true;
    }

    @Override
    public boolean wakes(VirtualProcessor vcpu) {
        return pending[vcpu.index()] == 1 && running[vcpu.index()] == 0 && handler != 0;
    }

    @Override
    public void turnedOn(VirtualProcessor vcpu) {
        seen.add("on " + vcpu.index() + " " + vcpu.isOn());
    }

    @Override
    public void turnedOff(VirtualProcessor vcpu) {
        seen.add("off " + vcpu.index() + " " + vcpu.isOn());
    }

    @Override
    public void reset(VirtualProcessor vcpu) {
        seen.add("reset " + vcpu.index());
        pending[vcpu.index()] = 0;
        running[vcpu.index()] = 0;
        back[vcpu.index()] = 0;
    }

    @Override
    public Optional<EventNotifications> notifications() {
        return Optional.empty();
    }

    @Override
    public String stateName() {
        return "events";
    }

    @Override
    public void reset() {
        for (int i = 0; i < pending.length; i++) {
            reset(host.vcpu(i));
        }
        handler = 0;
    }

    @Override
    public void save(StateWriter writer) {
        writer.words("pending", pending);
        writer.words("running", running);
        writer.words("back", back);
        writer.word("handler", handler);
    }

    @Override
    public void restore(StateReader reader) {
        pending = reader.words("pending", pending.length);
        running = reader.words("running", running.length);
        back = reader.words("back", back.length);
        handler = reader.word("handler");
        if (handler == -1) {
            throw new IllegalStateException("a defect of the personality");
        }
    }
}
