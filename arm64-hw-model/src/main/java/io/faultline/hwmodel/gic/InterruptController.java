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
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The GICv3 of a machine: one distributor, and a redistributor with CPU interface for each PE.
 *
 * <p>Not thread-safe: used by the thread that runs the machine.
 *
 * @since 0.1
 */
public final class InterruptController implements StateElement, DivertibleInterrupts {
    /** Redistributors that stand in a first range of addresses; the others are in a second (GICR_TYPER.Last). */
    public static final int FIRST_RANGE = 123;

    /** Number of SPIs, from INTID 32 on. */
    public static final int SHARED_INTERRUPTS = SharedInterrupts.COUNT - SharedInterrupts.FIRST;

    private static final long CLUSTER = 0x0000_00FF_00FF_FF00L;

    private final SharedInterrupts shared;
    private final Distributor distributor;
    private final List<Redistributor> redistributors = new ArrayList<>();
    /** Affinities in ascending order, and the index of the PE that has each. */
    private final long[] affinities;

    private final int[] indices;

    private Diversion diversion = Diversion.NONE;

    /**
     * Makes a controller.
     *
     * @param affinities affinity of each PE, in index order
     * @throws IllegalArgumentException if there is none or two are the same
     */
    public InterruptController(List<Affinity> affinities) {
        if (affinities.isEmpty() || affinities.stream().distinct().count() != affinities.size()) {
            throw new IllegalArgumentException("PEs need affinities of their own: " + affinities);
        }
        this.affinities =
                affinities.stream().mapToLong(Affinity::mpidr).sorted().toArray();
        indices = new int[this.affinities.length];
        for (int i = 0; i < indices.length; i++) {
            indices[Arrays.binarySearch(this.affinities, affinities.get(i).mpidr())] = i;
        }
        shared = new SharedInterrupts(this);
        distributor = new Distributor(this, shared);
        for (int i = 0; i < affinities.size(); i++) {
            boolean last = i == affinities.size() - 1 || i == FIRST_RANGE - 1;
            redistributors.add(new Redistributor(this, distributor, shared, i, affinities.get(i), last));
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
     * Returns what EL2 gives a guest of its own on a PE instead of the CPU interface.
     *
     * @param pe index of the PE
     * @return its virtual interface
     * @throws IndexOutOfBoundsException if there is no such PE
     */
    public VirtualInterface virtualInterface(int pe) {
        return redistributors.get(pe).virtualInterface();
    }

    /**
     * Returns the number of SPIs.
     *
     * @return how many there are, from INTID 32 on
     */
    public int sharedInterrupts() {
        return SHARED_INTERRUPTS;
    }

    /**
     * Sets the input line of an SPI.
     *
     * @param spi INTID, 32 to 255
     * @param high true for asserted
     * @throws IllegalArgumentException if there is no such SPI
     */
    public void setLevel(int spi, boolean high) {
        shared.setLevel(requireShared(spi), high);
    }

    /**
     * Tells whether the input line of an SPI is high.
     *
     * @param spi INTID, 32 to 255
     * @return true if it is
     * @throws IllegalArgumentException if there is no such SPI
     */
    public boolean isLineHigh(int spi) {
        return shared.isLineHigh(requireShared(spi));
    }

    private static int requireShared(int spi) {
        if (!SharedInterrupts.contains(spi)) {
            throw new IllegalArgumentException("INTID " + spi + " is not a shared interrupt: they are "
                    + SharedInterrupts.FIRST + " to " + (SharedInterrupts.COUNT - 1));
        }
        return spi;
    }

    /**
     * Says who takes interrupts away. Not part of the saved state.
     *
     * @param newDiversion is told of changes; replaces the one before
     */
    public void diversion(Diversion newDiversion) {
        diversion = Objects.requireNonNull(newDiversion, "newDiversion");
    }

    Diversion diversion() {
        return diversion;
    }

    @Override
    public void divert(int spi, boolean away) {
        shared.divert(requireShared(spi), away);
    }

    @Override
    public void diverted(int spi, boolean away) {
        shared.diverted(requireShared(spi), away);
    }

    @Override
    public boolean isPending(int spi) {
        return shared.isPending(requireShared(spi));
    }

    @Override
    public boolean isActive(int spi) {
        return shared.isActive(requireShared(spi));
    }

    @Override
    public void acknowledge(int spi) {
        shared.activate(requireShared(spi));
    }

    @Override
    public void end(int spi) {
        shared.deactivate(requireShared(spi));
    }

    /** Returns the index of the PE with an affinity, or -1. */
    int find(long affinity) {
        int at = Arrays.binarySearch(affinities, affinity);
        return at < 0 ? -1 : indices[at];
    }

    /** One PE has to look again at what is pending. */
    void update(int pe) {
        // While the controller is made there is nobody to look.
        if (pe < redistributors.size()) {
            redistributors.get(pe).cpuInterface().update();
        }
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
        if ((value & 1L << 40) != 0) {
            for (int i = 0; i < redistributors.size(); i++) {
                if (i != sender) {
                    redistributors.get(i).receiveSgi(intid, group);
                }
            }
            return;
        }
        long cluster = (value >>> 8 & 0xFF00 | value >>> 16 & 0xFF_0000 | value >>> 16 & 0xFFL << 32) & CLUSTER;
        long first = (value >>> 44 & 0xF) << 4;
        for (long targets = value & 0xFFFF; targets != 0; targets &= targets - 1) {
            int target = find(cluster | first | Long.numberOfTrailingZeros(targets));
            if (target >= 0) {
                redistributors.get(target).receiveSgi(intid, group);
            }
        }
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
