/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import io.faultline.api.sdei.SdeiEventType;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** PPIs 16 to 31 and SPIs 32 to 63; PPI 23 belongs to the hypervisor. */
final class FakeInterrupts implements ClientInterrupts {
    static final int FOREIGN = 23;

    /** One interrupt of one PE, or of none. */
    private record Line(int pe, int intid) {}

    private final Bench bench;
    final Set<Object> levels = new HashSet<>();
    final Set<Object> edges = new HashSet<>();
    final Set<Object> actives = new HashSet<>();
    final Set<Object> diverted = new HashSet<>();

    FakeInterrupts(Bench bench) {
        this.bench = bench;
    }

    void pulse(int pe, int intid) {
        edges.add(new Line(pe, intid));
        changed(pe, intid);
    }

    void level(int pe, int intid, boolean high) {
        if (high) {
            levels.add(new Line(pe, intid));
        } else {
            levels.remove(new Line(pe, intid));
        }
        changed(pe, intid);
    }

    private void changed(int pe, int intid) {
        if (isDiverted(pe, intid)) {
            bench.dispatcher.interruptChanged(pe, intid);
        }
    }

    boolean isDiverted(int pe, int intid) {
        return diverted.contains(new Line(pe, intid));
    }

    void activate(int pe, int intid) {
        actives.add(new Line(pe, intid));
    }

    @Override
    public Optional<SdeiEventType> kind(int intid) {
        if (intid < 16 || intid > 63) {
            return Optional.empty();
        }
        return Optional.of(intid < 32 ? SdeiEventType.PRIVATE : SdeiEventType.SHARED);
    }

    @Override
    public boolean isOwned(int intid) {
        return intid != FOREIGN;
    }

    @Override
    public void divert(int pe, int intid, boolean away) {
        edges.remove(new Line(pe, intid));
        diverted(pe, intid, away);
    }

    @Override
    public void diverted(int pe, int intid, boolean away) {
        if (away) {
            diverted.add(new Line(pe, intid));
        } else {
            diverted.remove(new Line(pe, intid));
        }
    }

    @Override
    public boolean isPending(int pe, int intid) {
        Line line = new Line(pe, intid);
        return levels.contains(line) || edges.contains(line);
    }

    @Override
    public boolean isActive(int pe, int intid) {
        return actives.contains(new Line(pe, intid));
    }

    @Override
    public void acknowledge(int pe, int intid) {
        edges.remove(new Line(pe, intid));
        actives.add(new Line(pe, intid));
    }

    @Override
    public void end(int pe, int intid) {
        actives.remove(new Line(pe, intid));
    }
}
