/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.faultline.api.state.SavedState;
import io.faultline.backend.xen.domain.DomainId;
import io.faultline.backend.xen.hypercall.XenError;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** State of a port times call: result, and what the port is afterwards (xen.md 4.2). */
class PortCallTableTest {
    private static final int EINVAL = -XenError.EINVAL;
    private static final int EACCES = -XenError.EACCES;
    private static final int ENOSYS = -XenError.ENOSYS;
    private static final int SAME = 1;
    private static final int CLOSED = 2;

    /** How a port gets into a state; returns the port. */
    private enum Origin {
        FREE {
            @Override
            int make(TestMachine machine) {
                int port = (int) machine.bindIpi(0);
                machine.close(port);
                return port;
            }
        },
        RESERVED {
            @Override
            int make(TestMachine machine) {
                return 0;
            }
        },
        BEYOND {
            @Override
            int make(TestMachine machine) {
                return 4096;
            }
        },
        HUGE {
            @Override
            int make(TestMachine machine) {
                return -1;
            }
        },
        HALF {
            @Override
            int make(TestMachine machine) {
                return Integer.MIN_VALUE;
            }
        },
        LAST {
            @Override
            int make(TestMachine machine) {
                return 131072;
            }
        },
        UNBOUND {
            @Override
            int make(TestMachine machine) {
                return (int) machine.allocUnbound(TestMachine.SELF, TestMachine.SELF);
            }
        },
        CONNECTED {
            @Override
            int make(TestMachine machine) {
                return (int) machine.bindInterdomain(TestMachine.SELF, UNBOUND.make(machine));
            }
        },
        TOOLSTACK {
            @Override
            int make(TestMachine machine) {
                return machine.channels.open(machine.channels.register(() -> {}));
            }
        },
        VCPU_VIRQ {
            @Override
            int make(TestMachine machine) {
                return (int) machine.bindVirq(0, 0);
            }
        },
        DOMAIN_VIRQ {
            @Override
            int make(TestMachine machine) {
                return (int) machine.bindVirq(11, 0);
            }
        },
        IPI {
            @Override
            int make(TestMachine machine) {
                return (int) machine.bindIpi(0);
            }
        },
        XEN_UNBOUND {
            @Override
            int make(TestMachine machine) {
                return machine.channels.openXenOwned(machine.channels.consumer(() -> {}), DomainId.CONTROL);
            }
        };

        abstract int make(TestMachine machine);
    }

    private enum Call {
        CLOSE(EventChannelOps.CLOSE),
        SEND(EventChannelOps.SEND),
        BIND_VCPU(EventChannelOps.BIND_VCPU),
        UNMASK(EventChannelOps.UNMASK),
        SET_PRIORITY(EventChannelOps.SET_PRIORITY),
        SET_PRIORITY_FIFO(EventChannelOps.SET_PRIORITY),
        POLL(-1);

        private final int command;

        Call(int command) {
            this.command = command;
        }
    }

    private record Cell(Origin origin, Call call, int result, int after) {
        @Override
        public String toString() {
            return call + " of " + origin + " gives " + result;
        }
    }

    private static final int[] INVALID = {EINVAL, EINVAL, EINVAL, EINVAL, EINVAL, EINVAL, EINVAL};

    /** In the order of {@link Call}; poll gives 0 for a port that can be waited for. */
    private static int[] row(Origin origin) {
        switch (origin) {
            case FREE:
            case RESERVED:
                return new int[] {EINVAL, EINVAL, EINVAL, 0, ENOSYS, EACCES, EINVAL};
            case UNBOUND:
            case CONNECTED:
            case TOOLSTACK:
                return new int[] {0, 0, 0, 0, ENOSYS, 0, 0};
            case VCPU_VIRQ:
                return new int[] {0, EINVAL, EINVAL, 0, ENOSYS, 0, 0};
            case DOMAIN_VIRQ:
                return new int[] {0, EINVAL, 0, 0, ENOSYS, 0, 0};
            case IPI:
                return new int[] {0, 0, EINVAL, 0, ENOSYS, 0, 0};
            case XEN_UNBOUND:
                return new int[] {EINVAL, EINVAL, EINVAL, 0, ENOSYS, EACCES, EINVAL};
            default:
                return INVALID;
        }
    }

    static Stream<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        for (Origin origin : Origin.values()) {
            int[] row = row(origin);
            for (Call call : Call.values()) {
                int result = row[call.ordinal()];
                cells.add(new Cell(origin, call, result, call == Call.CLOSE && result == 0 ? CLOSED : SAME));
            }
        }
        return cells.stream();
    }

    @ParameterizedTest
    @MethodSource("cells")
    void theCallReturnsWhatTheTableSaysAndChangesNothingElse(Cell cell) {
        TestMachine machine = new World().machine(1);
        if (cell.call == Call.SET_PRIORITY_FIFO) {
            machine.fifo(1);
        }
        int port = cell.origin.make(machine);
        String before = machine.told(port);

        assertEquals(cell.result, result(machine, cell.call, port));

        if (cell.after == CLOSED) {
            assertEquals("closed vcpu 0", machine.told(port));
        } else if (cell.call == Call.BIND_VCPU && cell.result == 0) {
            assertEquals(before.replace("vcpu 0", "vcpu 1"), machine.told(port));
        } else {
            assertEquals(before, machine.told(port));
        }
    }

    private static long result(TestMachine machine, Call call, int port) {
        switch (call) {
            case BIND_VCPU:
                return machine.bindVcpu(port, 1);
            case SET_PRIORITY:
            case SET_PRIORITY_FIFO:
                return machine.setPriority(port, 3);
            case POLL:
                return machine.channels.pollState(port) == PollState.UNUSABLE ? EINVAL : 0;
            default:
                return machine.onPort(call.command, port);
        }
    }

    @ParameterizedTest
    @MethodSource("cells")
    void aCallThatFailsLeavesEverythingAsItWas(Cell cell) {
        TestMachine machine = new World().machine(1);
        if (cell.call == Call.SET_PRIORITY_FIFO) {
            machine.fifo(1);
        }
        int port = cell.origin.make(machine);
        SavedState before = machine.saved();

        if (result(machine, cell.call, port) < 0) {
            assertEquals(before, machine.saved());
        }
    }

    static Stream<Integer> commands() {
        return Stream.iterate(0, i -> i <= EventChannelOps.RESET_CONT, i -> i + 1);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aStructureThatCannotBeReadIsAnErrorOfEveryCommandAndNothingMore(int command) {
        TestMachine machine = new World().machine(1);
        machine.bindIpi(0);
        var before = machine.saved();
        machine.caller.readable = false;

        assertEquals(-XenError.EFAULT, machine.call(command));

        assertEquals(before, machine.saved());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void theUpperHalfOfTheCommandDoesNotCount(int command) {
        World world = new World();
        long[] results = new long[2];
        for (int i = 0; i < 2; i++) {
            TestMachine machine = world.machine(1);
            machine.bindIpi(0);
            machine.memory().u64(0, 1).u64(8, 0).u64(16, 0);
            results[i] = machine.call(i == 0 ? command : command | 0xABCD_0001_0000_0000L);
        }
        assertEquals(results[0], results[1]);
    }

    static Stream<Long> unknownCommands() {
        return Stream.of(15L, 0x7FFF_FFFFL, -1L, 0xFFFF_FFFFL, 0x1_0000_000FL);
    }

    @ParameterizedTest
    @MethodSource("unknownCommands")
    void aCommandThatDoesNotExistIsNotImplemented(long command) {
        assertEquals(ENOSYS, new World().machine(1).call(command));
    }
}
