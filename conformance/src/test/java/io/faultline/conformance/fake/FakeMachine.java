/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.fake;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.Affinity;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.arm64.Register;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.machine.InterruptLines;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.machine.VirtualClock;
import io.faultline.api.memory.GuestMemory;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.memory.PageResidency;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateWriter;
import io.faultline.api.trace.TraceEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Just enough of a machine to try the framework out: executes the instructions that {@code SteppingGuestCpu} stages, and
 * asks its backend what a call does. Not a model of anything.
 */
final class FakeMachine implements Machine {
    private final FakeBackend backend;
    private final MachineRequest request;
    private final TreeMap<Long, Byte> bytes = new TreeMap<>();
    private final List<Vcpu> vcpus = new ArrayList<>();
    private long nanos;

    FakeMachine(FakeBackend backend, MachineRequest request) {
        this.backend = backend;
        this.request = request;
        for (int i = 0; i < request.vcpus(); i++) {
            vcpus.add(new FakeVcpu(i));
        }
    }

    @Override
    public CapabilitySet capabilities() {
        return backend.capabilities();
    }

    @Override
    public List<Vcpu> vcpus() {
        return vcpus;
    }

    @Override
    public GuestMemory memory() {
        return new FakeMemory();
    }

    @Override
    public VirtualClock clock() {
        return new VirtualClock() {
            @Override
            public long nanos() {
                return nanos;
            }

            @Override
            public OptionalLong nextDeadline() {
                return nanos < 1000 ? OptionalLong.of(1000) : OptionalLong.empty();
            }

            @Override
            public void skipTo(long time) {
                nanos = Math.max(nanos, time);
            }
        };
    }

    @Override
    public Optional<AsyncPageFaults> asyncPageFaults() {
        return Optional.ofNullable(backend.faults);
    }

    @Override
    public Optional<EventNotifications> notifications() {
        return Optional.empty();
    }

    @Override
    public Optional<InterruptLines> interruptLines() {
        return Optional.empty();
    }

    @Override
    public SortedMap<String, Long> counters() {
        return new TreeMap<>();
    }

    @Override
    public void reset() {
        nanos = 0;
    }

    @Override
    public SavedState save() {
        backend.saves++;
        StateWriter writer = new StateWriter();
        bytes.forEach((address, value) -> writer.word("m" + address, value));
        for (Vcpu vcpu : vcpus) {
            ((FakeVcpu) vcpu)
                    .registers.forEach((name, value) ->
                            writer.word("r" + vcpu.index() + name, backend.forgetsRegisters ? 0 : value));
        }
        writer.word("nanos", nanos);
        return new SavedState("fake", 1, writer.values());
    }

    @Override
    public void restore(SavedState state) {
        if (backend.refusesState) {
            throw new HypervisorException(ErrorId.INVALID_STATE, "refused", "fake", "");
        }
        bytes.clear();
        state.values().forEach((name, value) -> {
            long word = state.reader().word(name);
            if (name.startsWith("m")) {
                bytes.put(Long.parseLong(name.substring(1)), (byte) word);
            } else if (name.startsWith("r")) {
                ((FakeVcpu) vcpus.get(name.charAt(1) - '0')).registers.put(name.substring(2), word);
            } else {
                nanos = word;
            }
        });
    }

    @Override
    public void close() {
        backend.closed++;
        if (backend.brokenClose) {
            throw new IllegalStateException("cannot close");
        }
    }

    private final class FakeMemory implements GuestMemory {
        @Override
        public List<MemoryRegion> regions() {
            return request.memory();
        }

        @Override
        public void read(long address, byte[] target) {
            for (int i = 0; i < target.length; i++) {
                target[i] = bytes.getOrDefault(address + i, (byte) 0);
            }
        }

        @Override
        public void write(long address, byte[] source) {
            for (int i = 0; i < source.length; i++) {
                bytes.put(address + i, source[i]);
            }
        }

        @Override
        public PageResidency residency(long address) {
            return PageResidency.RESIDENT;
        }
    }

    private final class FakeVcpu implements Vcpu {
        private final int index;
        private final TreeMap<String, Long> registers = new TreeMap<>();
        private boolean on;
        private long retired;

        FakeVcpu(int index) {
            this.index = index;
            this.on = index == 0;
            registers.put("PSTATE", ProcessorState.EL1H_MASKED.spsr());
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
            for (long i = 0; i < budget.instructions(); i++) {
                step();
            }
            return new VcpuExit.BudgetExhausted(budget.instructions());
        }

        @Override
        public void kick() {}

        @Override
        public void completeMmioRead(long value) {}

        @Override
        public void refuseMmio() {}

        @Override
        public long read(Register register) {
            return registers.getOrDefault(register.name(), 0L);
        }

        @Override
        public void write(Register register, long value) {
            registers.put(register.name(), value);
        }

        @Override
        public void reset() {}

        @Override
        public VcpuExit step() {
            long pc = read(CoreRegister.PC);
            if (backend.due > 0) {
                backend.due--;
                write(CoreRegister.PC, pc == backend.dueTarget ? pc : backend.dueTarget);
                return new VcpuExit.Stepped();
            }
            retired++;
            nanos++;
            return execute(pc, (int) memory().load(pc, AccessWidth.WORD));
        }

        private VcpuExit execute(long pc, int word) {
            long next = pc + 4;
            if ((word & 0xFFE0_001C) == 0xD400_0000) {
                return call(pc, word & 3);
            } else if ((word & 0xFFFF_FC1F) == 0xD61F_0000) {
                next = x(word >>> 5 & 31);
            } else if (word == 0xD69F_03E0) {
                next = read(SystemRegister.ELR_EL1);
                write(CoreRegister.PSTATE, read(SystemRegister.SPSR_EL1));
            } else if ((word & 0xFFFF_F0FF) == 0xD503_40DF) {
                write(CoreRegister.PSTATE, read(CoreRegister.PSTATE) | 0x3C0);
            } else if ((word & 0xFFFF_F0FF) == 0xD503_40FF) {
                write(CoreRegister.PSTATE, read(CoreRegister.PSTATE) & ~0x3C0L);
            } else if ((word & 0xFFE0_0000) == 0xD280_0000) {
                write(CoreRegister.x(word & 31), word >>> 5 & 0xFFFF);
            } else if ((word & 0xFFC0_0000) == 0x9100_0000) {
                write(CoreRegister.x(word & 31), x(word >>> 5 & 31) + (word >>> 10 & 0xFFF));
            } else if ((word & 0xFC00_0000) == 0x1400_0000) {
                next = pc + ((long) (word << 6) >> 4);
            } else if ((word & 0xFFC0_0000) == 0xD500_0000 || (word & 0xFFE0_0000) == 0xD520_0000) {
                systemRegister(word);
            } else if ((word & 0x3B00_0000) == 0x3900_0000) {
                return memoryAccess(pc, word);
            }
            write(CoreRegister.PC, next);
            return new VcpuExit.Stepped();
        }

        private VcpuExit call(long pc, int kind) {
            write(CoreRegister.PC, pc + 4);
            if (kind == 1) {
                write(SystemRegister.ELR_EL1, pc + 4);
                write(CoreRegister.PSTATE, ProcessorState.EL1H_MASKED.spsr());
                write(CoreRegister.PC, read(SystemRegister.VBAR_EL1) + 0x400);
                return new VcpuExit.Stepped();
            }
            int function = (int) x(0);
            if (function == 0xC400_0003) {
                FakeVcpu other = (FakeVcpu) vcpus.get((int) x(1));
                other.on = true;
                other.write(CoreRegister.PC, x(2));
                write(CoreRegister.X0, 0);
                return new VcpuExit.Stepped();
            }
            long result = backend.call.call(function, x(1));
            write(CoreRegister.X0, result);
            if (request.trace().isEnabled()) {
                request.trace().emit(nanos, new TraceEvent.GuestCall(index, function, x(1), result));
            }
            return new VcpuExit.Stepped();
        }

        private void systemRegister(int word) {
            Optional<SystemRegister> register = SystemRegister.of(word >>> 5 & 0xFFFF);
            if (register.isPresent()) {
                CoreRegister x = CoreRegister.x(word & 31);
                if ((word & 0x20_0000) == 0) {
                    write(register.get(), read(x));
                } else {
                    write(x, read(register.get()));
                }
            }
        }

        private VcpuExit memoryAccess(long pc, int word) {
            AccessWidth width = AccessWidth.ofLog2(word >>> 30);
            long address = x(word >>> 5 & 31);
            CoreRegister target = CoreRegister.x(word & 31);
            boolean isLoad = (word & 0x40_0000) != 0;
            if (address >= 0x4000_0000L) {
                write(CoreRegister.PC, pc + 4);
                if (isLoad) {
                    write(target, memory().load(address, width));
                } else {
                    memory().store(address, width, read(target));
                }
                return new VcpuExit.Stepped();
            }
            if (address >= 0x0800_0000L && address < 0x0900_0000L) {
                write(CoreRegister.PC, pc + 4);
                return new VcpuExit.Stepped();
            }
            if (isLoad) {
                return new VcpuExit.MmioRead(address, width);
            }
            write(CoreRegister.PC, pc + 4);
            return new VcpuExit.MmioWrite(address, width, read(target));
        }

        private long x(int n) {
            return read(CoreRegister.x(n));
        }
    }
}
