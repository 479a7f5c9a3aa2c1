/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.feature;

import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.Host;
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
 * Where a vCPU takes exceptions of the hypervisor's own, HvRegisterSyntheticVbarEl1 and HvRegisterSyntheticEsrEl1: an address
 * that can be set once, and the syndrome of the last one (hyperv.md 6.5).
 *
 * @since 0.1
 */
@Singleton
public final class SyntheticExceptions implements PartitionPart, RegisterGroup {
    /** HvRegisterSyntheticVbarEl1. */
    public static final int VECTORS = 0x4_0400;
    /** HvRegisterSyntheticEsrEl1. */
    public static final int SYNDROME = 0x4_0401;

    private final long[] vectors;
    private final long[] syndromes;

    @Inject
    SyntheticExceptions(Host host) {
        vectors = new long[host.vcpuCount()];
        syndromes = new long[host.vcpuCount()];
    }

    /**
     * Returns where a vCPU takes exceptions.
     *
     * @param vcpu index of the vCPU
     * @return the address, 0 if it has set none
     */
    public long vectors(int vcpu) {
        return vectors[vcpu];
    }

    /**
     * Sets the syndrome of an exception.
     *
     * @param vcpu index of the vCPU
     * @param syndrome what the guest is to read
     */
    public void syndrome(int vcpu, long syndrome) {
        syndromes[vcpu] = syndrome;
    }

    @Override
    public List<RegisterGroup> registers() {
        return List.of(this);
    }

    @Override
    public List<RegisterRange> ranges() {
        return List.of(
                new RegisterRange(VECTORS, VECTORS, RegisterRange.NO_PRIVILEGE, Early.EVERYTHING, true),
                new RegisterRange(SYNDROME, SYNDROME, RegisterRange.NO_PRIVILEGE, Early.READING, false));
    }

    @Override
    public int read(int vcpu, int name, RegisterValue value) {
        value.set(name == VECTORS ? vectors[vcpu] : syndromes[vcpu]);
        return Status.SUCCESS;
    }

    @Override
    public int write(int vcpu, int name, RegisterValue value) {
        if (vectors[vcpu] != 0 && vectors[vcpu] != value.low()) {
            return Status.ACCESS_DENIED;
        }
        vectors[vcpu] = value.low();
        return Status.SUCCESS;
    }

    @Override
    public String stateName() {
        return "synthetic-exceptions";
    }

    @Override
    public void reset() {
        for (int i = 0; i < vectors.length; i++) {
            resetVcpu(i);
        }
    }

    @Override
    public void resetVcpu(int vcpu) {
        vectors[vcpu] = 0;
        syndromes[vcpu] = 0;
    }

    @Override
    public void save(StateWriter writer) {
        writer.words("vectors", vectors.clone());
        writer.words("syndromes", syndromes.clone());
    }

    @Override
    public void restore(StateReader reader) {
        System.arraycopy(reader.words("vectors", vectors.length), 0, vectors, 0, vectors.length);
        System.arraycopy(reader.words("syndromes", syndromes.length), 0, syndromes, 0, syndromes.length);
    }
}
