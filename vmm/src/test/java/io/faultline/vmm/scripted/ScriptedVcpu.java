/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.vmm.scripted;

import io.faultline.api.arm64.Affinity;
import io.faultline.api.arm64.Register;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A vCPU that makes the moves of its script, one per run. */
public final class ScriptedVcpu implements Vcpu {
    private final ScriptedMachine machine;
    private final int index;
    private final List<Move> moves;
    private final Map<Register, Long> registers = new HashMap<>();
    private final List<Long> answers = new ArrayList<>();
    private int next;
    private boolean stay;
    private boolean readExpected;
    private boolean on;
    private int refusals;
    private long retired;

    ScriptedVcpu(ScriptedMachine machine, int index, List<Move> moves) {
        this.machine = machine;
        this.index = index;
        this.moves = moves;
        this.on = index == 0;
    }

    ScriptedMachine machine() {
        return machine;
    }

    /** The synthetic interrupt controllers of the machine. */
    public ScriptedSynic synic() {
        return machine.synic();
    }

    /** The values that the VMM supplied for MMIO reads. */
    public List<Long> answers() {
        return answers;
    }

    public void turnOn() {
        on = true;
    }

    public void execute(long instructions) {
        retired += instructions;
        machine.executed(instructions);
    }

    /** Makes the same move again next time. */
    public void stay() {
        stay = true;
    }

    void expectRead() {
        readExpected = true;
    }

    /** Where the script stands. */
    void save(StateWriter writer) {
        writer.word("next", next);
        writer.flag("on", on);
    }

    void restore(StateReader reader) {
        next = reader.integer("next", 0, moves.size() - 1);
        on = reader.flag("on");
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public Affinity affinity() {
        return Affinity.ofIndex(index);
    }

    @Override
    public boolean isOn() {
        return on;
    }

    @Override
    public long retired() {
        return retired;
    }

    @Override
    public VcpuExit run(RunBudget budget) {
        if (readExpected) {
            throw new IllegalStateException("the MMIO read was not answered");
        }
        if (!on) {
            return new VcpuExit.PoweredOff();
        }
        machine.log().add(index);
        machine.poll();
        stay = false;
        VcpuExit exit = moves.get(next).make(this, budget);
        if (!stay && next < moves.size() - 1) {
            next++;
        }
        machine.poll();
        return exit;
    }

    @Override
    public VcpuExit step() {
        return run(RunBudget.instructions(1));
    }

    @Override
    public void kick() {}

    @Override
    public void completeMmioRead(long value) {
        readExpected = false;
        answers.add(value);
    }

    /** How many accesses the VMM refused. */
    public int refusals() {
        return refusals;
    }

    @Override
    public void refuseMmio() {
        refusals++;
        readExpected = false;
    }

    @Override
    public long read(Register register) {
        return registers.getOrDefault(register, 0L);
    }

    @Override
    public void write(Register register, long value) {
        registers.put(register, value);
    }

    @Override
    public void reset() {}
}
