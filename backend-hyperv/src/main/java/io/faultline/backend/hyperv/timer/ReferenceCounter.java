/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.timer;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.hypercall.Privilege;
import io.faultline.backend.hyperv.hypercall.Status;
import io.faultline.backend.hyperv.part.PartitionPart;
import io.faultline.backend.hyperv.register.RegisterGroup;
import io.faultline.backend.hyperv.register.RegisterRange;
import io.faultline.backend.hyperv.register.RegisterRange.Early;
import io.faultline.backend.hyperv.register.RegisterValue;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * HvRegisterTimeRefCount, the reference time of the partition (hyperv.md 5.2).
 *
 * <p>Successive reads give increasing values, whoever reads (HV-130). A read in the same tick as the one before takes until
 * the next tick: virtual time moves on, so that the value is not ahead of the reference TSC page (HV-131).
 *
 * @since 0.1
 */
@Singleton
public final class ReferenceCounter implements PartitionPart, RegisterGroup {
    /** Number of the register. */
    public static final int REGISTER = 0x9_0004;

    private final Host host;
    private final ReferenceTime time;
    /** The smallest value that may be read next. */
    private long next;

    @Inject
    ReferenceCounter(Host host, ReferenceTime time) {
        this.host = host;
        this.time = time;
    }

    @Override
    public List<RegisterGroup> registers() {
        return List.of(this);
    }

    @Override
    public List<RegisterRange> ranges() {
        return List.of(new RegisterRange(REGISTER, REGISTER, Privilege.REFERENCE_COUNTER.bit(), Early.READING, false));
    }

    @Override
    public int read(int vcpu, int name, RegisterValue value) {
        long ticks = Math.max(time.now(), next);
        long comes = time.nanosAt(ticks);
        if (comes > host.now()) {
            host.elapse(comes - host.now());
        }
        next = ticks + 1;
        value.set(ticks);
        return Status.SUCCESS;
    }

    @Override
    public int write(int vcpu, int name, RegisterValue value) {
        return Status.INVALID_PARAMETER;
    }

    @Override
    public String stateName() {
        return "reference-counter";
    }

    @Override
    public void reset() {
        next = 0;
    }

    @Override
    public void save(StateWriter writer) {
        writer.word("next", next);
    }

    @Override
    public void restore(StateReader reader) {
        long saved = reader.word("next");
        if (saved < 0 || saved > time.now() + 1) {
            throw reader.invalid("next", "is " + saved + ", a time that has not been yet");
        }
        next = saved;
    }
}
