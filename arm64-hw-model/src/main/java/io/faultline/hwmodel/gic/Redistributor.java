/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.gic;

import io.faultline.api.arm64.Affinity;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.hwmodel.memory.MmioDevice;
import java.util.Arrays;

/**
 * The private interrupts of one PE: SGI 0 to 15 and PPI 16 to 31.
 *
 * <p>An interrupt is pending while its latch is set or, if level-sensitive, its line is high. Acknowledging clears the
 * latch; a line that is still high when the interrupt is deactivated makes it pending again. A rising edge on the line of
 * an edge-triggered interrupt sets the latch. Not thread-safe.
 *
 * @since 0.1
 */
public final class Redistributor implements StateElement, DivertibleInterrupts {
    /** SGIs are always edge-triggered. */
    private static final int SGIS = 0x0000_FFFF;

    private static final int COUNT = 32;

    private final InterruptController controller;
    private final int index;
    private final Affinity affinity;
    private final boolean last;
    private final CpuInterface cpuInterface;
    private final VirtualInterface virtualInterface;
    private final RedistributorFrame frame = new RedistributorFrame(this);

    private int group;
    private int enabled;
    private int edge;
    private int line;
    private int latch;
    private int active;
    /** Not signalled and not accessible to the PE; follows from the state of whoever diverts, so it is not saved here. */
    private int diverted;
    /** Lines that follow {@link #source} when the interrupt ends. Wiring, not state. */
    private int resampled;

    private LevelSource source = (pe, ppi) -> false;

    private final byte[] priority = new byte[COUNT];
    private boolean asleep;

    Redistributor(
            InterruptController controller,
            Distributor distributor,
            SharedInterrupts shared,
            int index,
            Affinity affinity,
            boolean last) {
        this.controller = controller;
        this.index = index;
        this.affinity = affinity;
        this.last = last;
        cpuInterface = new CpuInterface(this, distributor, shared);
        virtualInterface = new VirtualInterface(this);
        reset();
    }

    /**
     * Returns the CPU interface that this redistributor feeds.
     *
     * @return the CPU interface of the same PE
     */
    public CpuInterface cpuInterface() {
        return cpuInterface;
    }

    VirtualInterface virtualInterface() {
        return virtualInterface;
    }

    /**
     * Sets the input line of a PPI.
     *
     * @param ppi INTID 16 to 31
     * @param high true for asserted
     * @throws IllegalArgumentException if it is not a PPI
     */
    public void setLevel(int ppi, boolean high) {
        int bit = ppiBit(ppi);
        if (high != ((line & bit) != 0)) {
            line ^= bit;
            if (high) {
                latch |= bit & edge;
            }
            cpuInterface.update();
            tell(bit);
        }
    }

    private void tell(int bits) {
        for (int left = bits & diverted; left != 0; left &= left - 1) {
            controller.diversion().changed(index, Integer.numberOfTrailingZeros(left));
        }
    }

    @Override
    public void divert(int ppi, boolean away) {
        int bit = ppiBit(ppi);
        latch &= ~bit;
        if (away) {
            diverted |= bit;
        } else {
            diverted &= ~bit;
            enabled &= ~bit;
            group |= bit;
            priority[ppi] = (byte) GicIdentity.PRIORITY_MASK;
        }
        cpuInterface.update();
    }

    @Override
    public void diverted(int ppi, boolean away) {
        int bit = ppiBit(ppi);
        diverted = away ? diverted | bit : diverted & ~bit;
        cpuInterface.update();
    }

    @Override
    public void acknowledge(int ppi) {
        ppiBit(ppi);
        activate(ppi);
    }

    @Override
    public void end(int ppi) {
        ppiBit(ppi);
        deactivate(ppi);
        cpuInterface.update();
    }

    /**
     * Pulses the input line of a PPI: low, high, low. An edge-triggered interrupt becomes pending; a level-sensitive one
     * does not remember it.
     *
     * @param ppi INTID 16 to 31
     * @throws IllegalArgumentException if it is not a PPI
     */
    public void pulse(int ppi) {
        setLevel(ppi, false);
        setLevel(ppi, true);
        setLevel(ppi, false);
    }

    /**
     * Makes a PPI pending whatever its trigger and its line, as a write to GICR_ISPENDR0 does. If it is active it becomes
     * active and pending.
     *
     * @param ppi INTID 16 to 31
     * @throws IllegalArgumentException if it is not a PPI
     */
    public void pend(int ppi) {
        int bit = ppiBit(ppi);
        latch(bit, 0);
        tell(bit);
    }

    /**
     * Has the line of a PPI follow a source at each moment at which the interrupt ends being active, as an interrupt
     * controller does that is told of the end only.
     *
     * @param ppi INTID 16 to 31
     * @param newSource tells the level; the last one that was given counts for all PPIs that have one
     * @throws IllegalArgumentException if it is not a PPI
     */
    public void resampleAtEnd(int ppi, LevelSource newSource) {
        resampled |= ppiBit(ppi);
        source = newSource;
    }

    /**
     * Tells whether an interrupt is pending or active and pending.
     *
     * @param intid 0 to 31
     * @return true if it is
     */
    @Override
    public boolean isPending(int intid) {
        return (pending() & bit(intid)) != 0;
    }

    /**
     * Tells whether an interrupt is active or active and pending.
     *
     * @param intid 0 to 31
     * @return true if it is
     */
    @Override
    public boolean isActive(int intid) {
        return (active & bit(intid)) != 0;
    }

    /**
     * Tells whether an interrupt is enabled.
     *
     * @param intid 0 to 31
     * @return true if it is
     */
    public boolean isEnabled(int intid) {
        return (enabled & bit(intid)) != 0;
    }

    /**
     * Tells whether an interrupt is edge-triggered.
     *
     * @param intid 0 to 31
     * @return true for edge-triggered, false for level-sensitive
     */
    public boolean isEdgeTriggered(int intid) {
        return (edge & bit(intid)) != 0;
    }

    /**
     * Tells whether the input line of an interrupt is high.
     *
     * @param intid 0 to 31
     * @return true if it is
     */
    public boolean isLineHigh(int intid) {
        return (line & bit(intid)) != 0;
    }

    /**
     * Returns the priority of an interrupt.
     *
     * @param intid 0 to 31
     * @return 0 (highest) to 0xF8 in steps of 8
     */
    public int priority(int intid) {
        bit(intid);
        return priority[intid] & 0xFF;
    }

    /**
     * Returns the group of an interrupt.
     *
     * @param intid 0 to 31
     * @return 0 (signalled as FIQ) or 1 (signalled as IRQ)
     */
    public int group(int intid) {
        return (group & bit(intid)) != 0 ? 1 : 0;
    }

    /**
     * Tells whether this interrupt alone would be signalled to the PE now: pending, not active, enabled in every place,
     * and of sufficient priority. Interrupt masks of the PE do not count.
     *
     * @param intid 0 to 31
     * @return true if it would
     */
    public boolean wouldBeTaken(int intid) {
        return (candidates() & bit(intid)) != 0 && cpuInterface.isSufficient(intid);
    }

    /**
     * Returns the registers of this redistributor.
     *
     * @return RD_base and SGI_base frames, 128 KiB
     */
    public MmioDevice frame() {
        return frame;
    }

    int index() {
        return index;
    }

    Affinity affinity() {
        return affinity;
    }

    boolean isLast() {
        return last;
    }

    InterruptController controller() {
        return controller;
    }

    /** The second way is that of the error. */
    private static int ppiBit(int ppi) {
        return (ppi & -16) == 16 ? 1 << ppi : 1 << InterruptId.ppi(ppi).number();
    }

    private static int bit(int intid) {
        if (intid < 0 || intid >= COUNT) {
            throw new IllegalArgumentException("INTID " + intid + " is not a private interrupt: they are 0 to 31");
        }
        return 1 << intid;
    }

    int pending() {
        return latch | line & ~edge;
    }

    /** Pending, enabled here, and not already active. */
    int candidates() {
        return pending() & enabled & ~active & ~diverted;
    }

    void activate(int intid) {
        latch &= ~(1 << intid);
        active |= 1 << intid;
    }

    private void deactivate(int intid) {
        active &= ~(1 << intid);
        if ((resampled >>> intid & 1) != 0) {
            setLevel(intid, source.isHigh(index, intid));
        }
    }

    /** As the guest does it, which cannot end what is diverted. */
    void deactivateOwn(int intid) {
        if (intid < COUNT && (diverted >>> intid & 1) == 0) {
            deactivate(intid);
        }
    }

    void receiveSgi(int intid, int fromGroup) {
        if (group(intid) == fromGroup) {
            latch |= 1 << intid;
            cpuInterface.update();
        }
    }

    int diverted() {
        return diverted;
    }

    int groups() {
        return group;
    }

    void groups(int value) {
        group = value;
        cpuInterface.update();
    }

    int enables() {
        return enabled;
    }

    void enables(int value) {
        enabled = value;
        cpuInterface.update();
    }

    void latch(int set, int clear) {
        latch = latch & ~clear | set;
        cpuInterface.update();
    }

    int actives() {
        return active;
    }

    void actives(int value) {
        active = value;
        cpuInterface.update();
    }

    void priority(int intid, int value) {
        priority[intid] = (byte) (value & GicIdentity.PRIORITY_MASK);
        cpuInterface.update();
    }

    int edges() {
        return edge;
    }

    void ppiEdges(int value) {
        edge = value & ~SGIS | SGIS;
        cpuInterface.update();
    }

    boolean isAsleep() {
        return asleep;
    }

    void sleep(boolean sleep) {
        asleep = sleep;
    }

    @Override
    public String stateName() {
        return "redistributor." + index;
    }

    @Override
    public void reset() {
        group = 0;
        enabled = 0;
        edge = SGIS;
        line = 0;
        latch = 0;
        active = 0;
        diverted = 0;
        Arrays.fill(priority, (byte) 0);
        asleep = true;
        cpuInterface.reset();
        virtualInterface.reset();
    }

    @Override
    public void save(StateWriter writer) {
        writer.word("group", group & 0xFFFF_FFFFL);
        writer.word("enabled", enabled & 0xFFFF_FFFFL);
        writer.word("edge", edge & 0xFFFF_FFFFL);
        writer.word("line", line & 0xFFFF_FFFFL);
        writer.word("latch", latch & 0xFFFF_FFFFL);
        writer.word("active", active & 0xFFFF_FFFFL);
        writer.bytes("priority", priority);
        writer.flag("asleep", asleep);
        writer.element(cpuInterface);
        writer.element(virtualInterface);
    }

    @Override
    public void restore(StateReader reader) {
        group = mask(reader, "group");
        enabled = mask(reader, "enabled");
        edge = mask(reader, "edge");
        line = mask(reader, "line");
        latch = mask(reader, "latch");
        active = mask(reader, "active");
        byte[] saved = reader.bytes("priority");
        if (saved.length != COUNT) {
            throw reader.invalid("priority", "has " + saved.length + " bytes instead of " + COUNT);
        }
        for (int i = 0; i < COUNT; i++) {
            priority[i] = (byte) (saved[i] & GicIdentity.PRIORITY_MASK);
        }
        asleep = reader.flag("asleep");
        reader.element(cpuInterface);
        reader.element(virtualInterface);
    }

    private static int mask(StateReader reader, String name) {
        return (int) reader.word(name, 0, 0xFFFF_FFFFL);
    }
}
