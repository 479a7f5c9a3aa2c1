/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.benchmarks;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.trace.TraceSink;
import io.faultline.hwmodel.cpu.HardwareModel;
import io.faultline.hwmodel.cpu.HardwarePlan;
import io.faultline.hwmodel.cpu.ProcessingElement;
import io.faultline.hwmodel.cpu.TrapHandler;
import io.faultline.hwmodel.memory.RamRegion;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Time per guest instruction of one PE, with the MMU on. With {@code -prof gc} it says what is allocated for each. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ExecutorBenchmark implements TrapHandler {
    private static final int INSTRUCTIONS = 100_000;
    private static final long RAM = 0x4000_0000L;
    private static final long CODE = RAM + 0x1_0000;
    private static final long VECTORS = RAM + 0x2_0000;
    private static final long DATA = RAM + 0x4_0000;
    private static final long TABLE = RAM + 0x8_0000;
    private static final long PAGE_ATTRIBUTES = 0x703;
    private static final int ERET = 0xd69f03e0;
    /** T0SZ 25, TTBR1 off. */
    private static final long TCR = 25 | 1 << 23;

    @Param
    private Loop loop = Loop.INTEGER;

    private ProcessingElement pe = new HardwareModel(plan(), this, TraceSink.NONE).processor(0);

    private static HardwarePlan plan() {
        return HardwarePlan.of(List.of(new RamRegion(RAM, 0x20_0000)), 1);
    }

    /** Makes the machine: one GiB by three levels of tables, pages of 4 KiB. */
    @Setup
    public void prepare() {
        HardwareModel hardware = new HardwareModel(plan(), this, TraceSink.NONE);
        pe = hardware.processor(0);
        int[] words = loop.words();
        for (int i = 0; i < words.length; i++) {
            hardware.ram().store(CODE + 4L * i, AccessWidth.WORD, words[i]);
        }
        hardware.ram().store(VECTORS + 0x200, AccessWidth.WORD, ERET);
        hardware.ram().store(TABLE + 8, AccessWidth.DOUBLEWORD, TABLE + 0x1000 | 3);
        hardware.ram().store(TABLE + 0x1000, AccessWidth.DOUBLEWORD, TABLE + 0x2000 | 3);
        for (int i = 0; i < 512; i++) {
            hardware.ram().store(TABLE + 0x2000 + 8L * i, AccessWidth.DOUBLEWORD, RAM + 0x1000L * i | PAGE_ATTRIBUTES);
        }
        pe.reset(CODE, 0);
        pe.write(SystemRegister.VBAR_EL1, VECTORS);
        pe.write(SystemRegister.MAIR_EL1, 0xFF);
        pe.write(SystemRegister.TCR_EL1, TCR);
        pe.write(SystemRegister.TTBR0_EL1, TABLE);
        pe.write(SystemRegister.SCTLR_EL1, 1);
        pe.write(CoreRegister.SP_EL1, DATA + 0x2000);
        pe.x(9, DATA + 0x1_0000 >>> 12);
        pe.x(10, DATA);
        pe.x(11, DATA + 0x800);
        pe.x(12, DATA + 0x7F8);
    }

    /**
     * Executes guest instructions.
     *
     * @return how many were executed since reset
     */
    @Benchmark
    @OperationsPerInvocation(INSTRUCTIONS)
    public long instructions() {
        pe.run(INSTRUCTIONS);
        return pe.retired();
    }

    @Override
    public void hypervisorCall(ProcessingElement caller) {
        // returns to the next instruction
    }

    @Override
    public void secureMonitorCall(ProcessingElement caller) {
        throw new IllegalStateException("the loops make no such call");
    }

    @Override
    public void stage2Abort(ProcessingElement faulting, AccessKind access, long ipa, boolean stage1Walk) {
        throw new IllegalStateException("the loops access memory only: 0x" + Long.toHexString(ipa));
    }

    @Override
    public void waitForInterrupt(ProcessingElement waiting) {
        throw new IllegalStateException("the loops do not wait");
    }

    @Override
    public void systemRegister(ProcessingElement accessing) {
        throw new IllegalStateException("the loops access registers that exist");
    }

    @Override
    public boolean attention(ProcessingElement asking) {
        return false;
    }

    @Override
    public void unrecoverable(ProcessingElement lost, String reason) {
        throw new IllegalStateException(reason);
    }
}
