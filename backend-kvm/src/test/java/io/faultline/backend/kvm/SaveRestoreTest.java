/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.machine.Machine;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.RunBudget;
import io.faultline.api.machine.Vcpu;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.state.SavedState;
import io.faultline.api.trace.TraceEvent;
import io.faultline.api.trace.TraceSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A machine that is saved and restored into another goes on as if nothing had happened: four vCPUs with the MMU on, locks,
 * atomics, interrupts between processors and timers ({@code guests/parallel.elf}).
 */
class SaveRestoreTest {
    private static final MemoryRegion RAM = MemoryRegion.ram(0x4000_0000L, 0x100_0000);
    private static final long UART_FLAGS = 0x0900_0018L;
    private static final long TRANSMITTER_EMPTY = 0x90;
    private static final int VCPUS = 4;
    private static final long MOST = 60_000_000;

    /** A machine, the order in which its vCPUs run, and a hash of everything that its trace says. */
    private static final class Run {
        private final TraceSink sink = new TraceSink() {
            @Override
            public boolean isEnabled() {
                return true;
            }

            @Override
            public void emit(long nanos, TraceEvent event) {
                hash = (hash ^ nanos) * 0x100_0000_01B3L;
                hash = (hash ^ event.toString().hashCode()) * 0x100_0000_01B3L;
                events++;
            }
        };
        private final Machine machine;
        private long hash;
        private long events;
        private int slices;
        private boolean over;

        Run(HypervisorBackend backend) {
            machine = backend.plan(MachineRequest.builder()
                            .vcpus(VCPUS)
                            .level(ExceptionLevel.EL1)
                            .memory(RAM)
                            .trace(sink)
                            .build())
                    .build();
        }

        /** Loads the segments of an ELF file. */
        void load(Path elf) throws IOException {
            ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(elf)).order(ByteOrder.LITTLE_ENDIAN);
            int header = (int) file.getLong(32);
            for (int i = 0; i < file.getShort(56); i++, header += 56) {
                if (file.getInt(header) == 1) {
                    int offset = (int) file.getLong(header + 8);
                    int length = (int) file.getLong(header + 32);
                    machine.memory()
                            .write(
                                    file.getLong(header + 24),
                                    Arrays.copyOfRange(file.array(), offset, offset + length));
                }
            }
            machine.vcpus().get(0).write(CoreRegister.PC, file.getLong(24));
        }

        /** One slice of one vCPU; which and how long depends on the number of the slice alone. */
        void slice() {
            Random random = new Random(slices++);
            Vcpu vcpu = machine.vcpus().get(random.nextInt(VCPUS));
            long left = 1 + random.nextInt(3000);
            boolean runs = vcpu.isOn();
            while (runs && left > 0 && !over) {
                long before = vcpu.retired();
                runs = handle(vcpu, vcpu.run(RunBudget.instructions(left)));
                left -= Math.max(1, vcpu.retired() - before);
            }
        }

        /** Returns whether the vCPU can go on in its slice. */
        private boolean handle(Vcpu vcpu, VcpuExit exit) {
            if (exit instanceof VcpuExit.MmioRead read) {
                vcpu.completeMmioRead(read.address() == UART_FLAGS ? TRANSMITTER_EMPTY : 0);
            } else if (exit instanceof VcpuExit.WaitForInterrupt) {
                OptionalLong next = machine.clock().nextDeadline();
                next.ifPresent(machine.clock()::skipTo);
                return false;
            } else if (exit instanceof VcpuExit.SystemEvent) {
                over = true;
            }
            return !(exit instanceof VcpuExit.BudgetExhausted);
        }

        long executed() {
            return machine.vcpus().stream().mapToLong(Vcpu::retired).sum();
        }

        void finish() {
            while (!over && executed() < MOST) {
                slice();
            }
        }
    }

    private static Path guest() {
        Path here = Path.of("").toAbsolutePath();
        return (Files.isDirectory(here.resolve("guests")) ? here : here.getParent()).resolve("guests/parallel.elf");
    }

    /** The numbers of slices after which the machine is saved and restored. */
    @ParameterizedTest
    @CsvSource({"normal, 1, 50", "normal, 333, 700", "normal, 100, 1200", "retentive, 40, 900"})
    void aRestoredMachineGoesOnIdentically(String tlb, int firstCut, int secondCut) throws IOException {
        KvmBackendProvider provider = new KvmBackendProvider();
        BackendConfiguration configuration = BackendConfiguration.of(provider.descriptor(), Map.of("tlb", tlb));
        try (HypervisorBackend backend = provider.open(configuration)) {
            Run whole = new Run(backend);
            whole.load(guest());
            Run cut = whole;
            long tracedBefore = 0;
            for (int at : new int[] {firstCut, secondCut}) {
                while (whole.slices < at) {
                    whole.slice();
                    if (cut != whole) {
                        cut.slice();
                    }
                }
                SavedState saved = (cut == whole ? whole : cut).machine.save();
                Run next = new Run(backend);
                next.machine.restore(SavedState.fromBytes(saved.toBytes()));
                next.hash = cut.hash;
                next.slices = cut.slices;
                next.events = cut.events;
                tracedBefore = cut.events;
                cut = next;
            }
            assertTrue(whole != cut);
            whole.finish();
            cut.finish();
            assertTrue(whole.over, "the guest turned the machine off");
            assertTrue(cut.events > tracedBefore, "something happened after the cut");
            assertEquals(whole.events, cut.events);
            assertEquals(whole.hash, cut.hash);
            assertArrayEquals(whole.machine.save().toBytes(), cut.machine.save().toBytes());
        }
    }
}
