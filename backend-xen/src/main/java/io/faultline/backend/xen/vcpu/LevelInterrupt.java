/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.vcpu;

import io.faultline.api.arm64.PageSize;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import io.faultline.hwmodel.gic.Redistributor;
import io.faultline.hwmodel.memory.ByteWatch;
import io.faultline.hwmodel.memory.GuestRam;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/**
 * The line is high exactly while the byte is not zero: the memory itself says so, whoever writes to it. Nothing is lost
 * that way, since the line of a vCPU that is off stays high.
 */
public final class LevelInterrupt implements EventInterrupt {
    private final @Nullable Line[] lines;
    private final Host host;
    private final int ppi;

    /** What drives one line. */
    private static final class Line implements ByteWatch {
        private final GuestRam ram;
        private final long address;
        private final Redistributor redistributor;
        private final int ppi;

        Line(Frame frame, int offset, Redistributor redistributor, int ppi) {
            ram = frame.ram();
            address = frame.physical() + offset;
            this.redistributor = redistributor;
            this.ppi = ppi;
        }

        @Override
        public void written(int value) {
            redistributor.setLevel(ppi, value != 0);
        }

        void begin(int value) {
            ram.watchByte(address, this);
            written(value);
        }

        void end() {
            // A page that went away took its watches along.
            if (ram.isResident(PageSize.pageOf(address))) {
                ram.unwatchByte(address, this);
            }
        }
    }

    @Inject
    LevelInterrupt(Host host, VcpuPolicy policy) {
        this.host = host;
        lines = new Line[host.vcpuCount()];
        ppi = policy.eventInterrupt();
    }

    /** The line goes from one level to the other at most: what is high at both places does not rise. */
    @Override
    public void follow(int vcpu, Frame frame, int offset) {
        unwatch(vcpu);
        Line line = new Line(frame, offset, host.gic().redistributor(vcpu), ppi);
        lines[vcpu] = line;
        line.begin(frame.load8(offset));
    }

    @Override
    public void release(int vcpu) {
        unwatch(vcpu);
        host.gic().redistributor(vcpu).setLevel(ppi, false);
    }

    private void unwatch(int vcpu) {
        Line line = lines[vcpu];
        if (line != null) {
            lines[vcpu] = null;
            line.end();
        }
    }

    @Override
    public void raise(int vcpu) {
        // The store has done it.
    }

    @Override
    public void trapped(int vcpu) {
        // The line is right at all times.
    }

    @Override
    public boolean wakes(int vcpu) {
        return false;
    }
}
