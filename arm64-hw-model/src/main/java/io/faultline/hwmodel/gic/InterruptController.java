/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.gic;

import io.faultline.api.arm64.Affinity;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.hwmodel.memory.MmioDevice;
import java.util.ArrayList;
import java.util.List;

/**
 * The GICv3 of a machine: one distributor, and a redistributor with CPU interface for each PE.
 *
 * <p>Not thread-safe: used by the thread that runs the machine.
 *
 * @since 0.1
 */
public final class InterruptController implements StateElement {
    private final Distributor distributor = new Distributor(this);
    private final List<Redistributor> redistributors = new ArrayList<>();
    private final List<Affinity> affinities;

    /**
     * Makes a controller.
     *
     * @param affinities affinity of each PE, in index order
     * @throws IllegalArgumentException if there is none or two are the same
     */
    public InterruptController(List<Affinity> affinities) {
        this.affinities = List.copyOf(affinities);
        if (this.affinities.isEmpty() || this.affinities.stream().distinct().count() != this.affinities.size()) {
            throw new IllegalArgumentException("PEs need affinities of their own: " + affinities);
        }
        for (int i = 0; i < affinities.size(); i++) {
            boolean last = i == affinities.size() - 1;
            redistributors.add(new Redistributor(this, distributor, i, affinities.get(i), last));
        }
    }

    /**
     * Returns the number of PEs.
     *
     * @return at least 1
     */
    public int processors() {
        return redistributors.size();
    }

    /**
     * Returns the redistributor of a PE.
     *
     * @param pe index of the PE
     * @return its redistributor
     * @throws IndexOutOfBoundsException if there is no such PE
     */
    public Redistributor redistributor(int pe) {
        return redistributors.get(pe);
    }

    /**
     * Returns the CPU interface of a PE.
     *
     * @param pe index of the PE
     * @return its CPU interface
     * @throws IndexOutOfBoundsException if there is no such PE
     */
    public CpuInterface cpuInterface(int pe) {
        return redistributors.get(pe).cpuInterface();
    }

    /**
     * Returns the registers of the distributor.
     *
     * @return 64 KiB of registers
     */
    public MmioDevice distributorFrame() {
        return distributor;
    }

    /**
     * Returns the registers of a redistributor.
     *
     * @param pe index of the PE
     * @return 128 KiB of registers: RD_base, then SGI_base
     * @throws IndexOutOfBoundsException if there is no such PE
     */
    public MmioDevice redistributorFrame(int pe) {
        return redistributors.get(pe).frame();
    }

    /**
     * Sends a software generated interrupt as ICC_SGI1R_EL1 and its siblings do. It reaches a target only if the target
     * has put the interrupt into the group that the register is for.
     *
     * @param sender index of the PE that writes the register
     * @param value value written: target list 15:0, Aff1 23:16, INTID 27:24, Aff2 39:32, IRM 40, RS 47:44, Aff3 55:48
     * @param group 0 or 1
     */
    void sendSgi(int sender, long value, int group) {
        int intid = (int) (value >>> 24) & 0xF;
        boolean allButSelf = (value & 1L << 40) != 0;
        for (int i = 0; i < redistributors.size(); i++) {
            if (allButSelf ? i != sender : isTarget(affinities.get(i).mpidr(), value)) {
                redistributors.get(i).receiveSgi(intid, group);
            }
        }
    }

    private static boolean isTarget(long affinity, long value) {
        long aff0 = affinity & 0xFF;
        boolean sameCluster = (affinity >>> 8 & 0xFF) == (value >>> 16 & 0xFF)
                && (affinity >>> 16 & 0xFF) == (value >>> 32 & 0xFF)
                && (affinity >>> 32 & 0xFF) == (value >>> 48 & 0xFF);
        return sameCluster && aff0 >>> 4 == (value >>> 44 & 0xF) && (value & 1L << (aff0 & 0xF)) != 0;
    }

    void update() {
        for (Redistributor redistributor : redistributors) {
            redistributor.cpuInterface().update();
        }
    }

    @Override
    public String stateName() {
        return "gic";
    }

    @Override
    public void reset() {
        distributor.reset();
        redistributors.forEach(Redistributor::reset);
    }

    @Override
    public void save(StateWriter writer) {
        writer.element(distributor);
        redistributors.forEach(writer::element);
    }

    @Override
    public void restore(StateReader reader) {
        reader.element(distributor);
        redistributors.forEach(reader::element);
        update();
    }
}
