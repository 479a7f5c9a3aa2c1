/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.Host;
import jakarta.inject.Inject;
import java.util.Arrays;

/** A counter for each vCPU. */
public final class VcpuPauses implements PauseCounts, StateElement {
    private static final String COUNTS = "counts";

    private final long[] counts;

    @Inject
    VcpuPauses(Host host) {
        counts = new long[host.vcpuCount()];
    }

    @Override
    public int count(int vcpu) {
        return (int) counts[vcpu];
    }

    /** A vCPU that is paused makes few events: no count comes near the limit. */
    @Override
    public void pause(int vcpu) {
        counts[vcpu] = Math.min(Integer.MAX_VALUE, counts[vcpu] + 1);
    }

    @Override
    public void unpause(int vcpu) {
        counts[vcpu] = Math.max(0, counts[vcpu] - 1);
    }

    /** Whatever paused a vCPU is no concern of it any more. */
    void forget(int vcpu) {
        counts[vcpu] = 0;
    }

    @Override
    public String stateName() {
        return "pauses";
    }

    @Override
    public void reset() {
        Arrays.fill(counts, 0);
    }

    @Override
    public void save(StateWriter writer) {
        writer.words(COUNTS, counts);
    }

    @Override
    public void restore(StateReader reader) {
        long[] saved = reader.words(COUNTS, counts.length);
        for (long count : saved) {
            if (count < 0 || count > Integer.MAX_VALUE) {
                throw reader.invalid(COUNTS, "has " + count + ", which is not a number of events");
            }
        }
        System.arraycopy(saved, 0, counts, 0, counts.length);
    }
}
