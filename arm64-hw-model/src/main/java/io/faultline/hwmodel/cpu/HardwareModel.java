/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.cpu;

import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.api.trace.TraceSink;
import io.faultline.hwmodel.execute.CodeCache;
import io.faultline.hwmodel.firmware.PsciFirmware;
import io.faultline.hwmodel.gic.InterruptController;
import io.faultline.hwmodel.memory.GuestRam;
import io.faultline.hwmodel.mmu.Stage2;
import io.faultline.hwmodel.timer.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The hardware of one machine, put together: RAM, stage 2, interrupt controller, clock, PEs, and the power states that
 * PSCI knows.
 *
 * <p>It runs nothing by itself: software at EL2 runs the PEs one after the other and acts on their traps. Not
 * thread-safe.
 *
 * @since 0.1
 */
public final class HardwareModel implements StateElement {
    private static final int ADDRESS_BITS = 48;

    private final GuestRam ram;
    private final Stage2 stage2;
    private final InterruptController gic;
    private final VirtualClock clock;
    private final PsciFirmware psci;
    private final List<ProcessingElement> processors = new ArrayList<>();

    /**
     * Makes a machine at cold reset.
     *
     * @param plan what it is made of
     * @param handler software above the guest
     * @param trace receives exceptions and interrupt acknowledges
     * @throws IllegalArgumentException if RAM regions overlap, there is no PE, two affinities are the same, or the time
     *     of an instruction is out of range
     */
    public HardwareModel(HardwarePlan plan, TrapHandler handler, TraceSink trace) {
        Objects.requireNonNull(handler, "handler");
        Objects.requireNonNull(trace, "trace");
        ram = new GuestRam(plan.ram());
        stage2 = new Stage2(ram);
        gic = new InterruptController(plan.affinities());
        clock = new VirtualClock(plan.nanosPerInstruction());
        psci = new PsciFirmware(plan.affinities(), this::isGuestMemory);
        CodeCache code = new CodeCache(ram);
        Interconnect interconnect = new Interconnect();
        for (int i = 0; i < plan.affinities().size(); i++) {
            processors.add(new ProcessingElement(
                    i,
                    plan.topLevel().number(),
                    plan.affinities().get(i),
                    ram,
                    stage2,
                    plan.tlb(),
                    gic,
                    clock,
                    code,
                    interconnect,
                    handler,
                    trace));
        }
    }

    /**
     * Returns the RAM.
     *
     * @return the RAM
     */
    public GuestRam ram() {
        return ram;
    }

    /** A guest cannot name what lies above its addresses. */
    private boolean isGuestMemory(long address) {
        return address >>> ADDRESS_BITS == 0 && ram.contains(address);
    }

    /**
     * Returns stage 2.
     *
     * @return where pages lead, and their permissions
     */
    public Stage2 stage2() {
        return stage2;
    }

    /**
     * Returns the interrupt controller.
     *
     * @return the GIC
     */
    public InterruptController gic() {
        return gic;
    }

    /**
     * Returns the clock.
     *
     * @return the clock
     */
    public VirtualClock clock() {
        return clock;
    }

    /**
     * Returns the power states.
     *
     * @return PSCI
     */
    public PsciFirmware psci() {
        return psci;
    }

    /**
     * Returns the number of PEs.
     *
     * @return at least 1
     */
    public int processors() {
        return processors.size();
    }

    /**
     * Returns a PE.
     *
     * @param index 0 to {@link #processors()} - 1
     * @return the PE
     * @throws IndexOutOfBoundsException if there is no such PE
     */
    public ProcessingElement processor(int index) {
        return processors.get(index);
    }

    @Override
    public String stateName() {
        return "hardware";
    }

    @Override
    public void reset() {
        ram.reset();
        stage2.reset();
        gic.reset();
        clock.reset();
        psci.reset();
        processors.forEach(ProcessingElement::reset);
    }

    @Override
    public void save(StateWriter writer) {
        writer.element(ram);
        writer.element(stage2);
        writer.element(gic);
        writer.element(clock);
        writer.element(psci);
        processors.forEach(writer::element);
    }

    @Override
    public void restore(StateReader reader) {
        reader.element(ram);
        reader.element(stage2);
        reader.element(gic);
        reader.element(clock);
        reader.element(psci);
        processors.forEach(reader::element);
    }
}
