/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static io.faultline.conformance.mutant.XenMutant.HVM_OP;
import static io.faultline.conformance.mutant.XenMutant.MULTICALL;
import static io.faultline.conformance.mutant.XenMutant.SCHED_OP;
import static io.faultline.conformance.mutant.XenMutant.XEN_VERSION;
import static io.faultline.conformance.mutant.XenMutant.caller;
import static io.faultline.conformance.mutant.XenMutant.command;
import static io.faultline.conformance.mutant.XenMutant.event;
import static io.faultline.conformance.mutant.XenMutant.hypercall;
import static io.faultline.conformance.mutant.XenMutant.module;
import static io.faultline.conformance.mutant.XenMutant.result;

import com.google.inject.AbstractModule;
import com.google.inject.Injector;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.xen.event.EventChannelOps;
import io.faultline.backend.xen.event.PortClosing;
import io.faultline.backend.xen.event.port.PortTable;
import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Hypercall;
import io.faultline.backend.xen.hypercall.HypercallDecoration;
import io.faultline.backend.xen.hypercall.Hypercalls;
import io.faultline.hwmodel.cpu.ProcessingElement;
import java.util.List;

/** Bugs in how hypercalls are made, in the structures they take and in parameters of the domain. */
final class XenCallMutants {
    private static final int PAGE = 4096;
    private static final long PSCI_VERSION = 0x8400_0000L;
    private static final int ENTRY_BYTES = 64;

    static final List<Mutant> ALL = List.of(
            result("yield-says-one", "XEN-001", "result of SCHEDOP_yield", SCHED_OP, 0, v -> 1),
            hypercall("a-call-of-the-past-is-there", "XEN-002", "hypercall 0x5", 5, (parts, caller, call) -> 0),
            module("the-next-immediate-is-a-call", "XEN-003", "HVC #0xea2", new AbstractModule() {
                @Override
                protected void configure() {
                    bind(HypercallDecoration.class).toInstance(new HypercallDecoration() {
                        @Override
                        public Hypercall decorate(int number, Hypercall call) {
                            return call;
                        }

                        @Override
                        public boolean isHypercall(int immediate) {
                            return immediate == Hypercalls.TAG || immediate == Hypercalls.TAG + 1;
                        }
                    });
                }
            }),
            hypercall(
                    "psci-is-a-hypercall",
                    "XEN-004",
                    "HVC #0xEA1 with a PSCI function",
                    HypercallDecoration.ANY_OTHER,
                    (parts, caller, call) ->
                            caller.processor().pe().x(16) == PSCI_VERSION ? 0x1_0001 : call.call(caller)),
            hypercall("x5-is-lost", "XEN-005", "registers after hypercall 17", XEN_VERSION, (parts, caller, call) -> {
                caller.processor().pe().x(5, 0);
                return call.call(caller);
            }),
            caller("pointers-are-physical", "XEN-006", "result of status through", Physical::new),
            caller("structures-lie-in-one-page", "XEN-007", "bytes in the first page", OnePage::new),
            event(
                    "unmask-of-nothing-succeeds",
                    "XEN-008",
                    "result of command 9",
                    EventChannelOps.UNMASK,
                    (parts, caller, call) -> caller.readStruct(caller.argument(1), 4) ? call.call(caller) : 0),
            caller("devices-read-as-zero", "XEN-009", "result of status with", ZeroDevices::new),
            event(
                    "a-failed-copy-back-closes-the-port",
                    "XEN-010",
                    "in status",
                    EventChannelOps.ALLOC_UNBOUND,
                    XenCallMutants::closesAgain),
            caller("half-a-structure-is-enough", "XEN-011", "with half a structure", Half::new),
            hypercall(
                    "a-continued-list-skips-an-entry",
                    "XEN-012",
                    "result of entry",
                    MULTICALL,
                    (parts, caller, call) -> {
                        long before = caller.argument(1);
                        long result = call.call(caller);
                        if (caller.argument(1) != before) {
                            caller.argument(0, caller.argument(0) + ENTRY_BYTES);
                            caller.argument(1, caller.argument(1) - 1);
                        }
                        return result;
                    }),
            hypercall("the-old-event-call-is-there", "XEN-013", "hypercall 16", 16, (parts, caller, call) -> -22),
            command(
                    "the-version-reads-its-argument",
                    "XEN-014",
                    "version with the argument",
                    XEN_VERSION,
                    0,
                    (parts, caller, call) -> caller.argument(1) != 0 && !caller.readStruct(caller.argument(1), 8)
                            ? -14
                            : call.call(caller)),
            command("the-guest-is-privileged", "XEN-015", "feature bit 11", XEN_VERSION, 6, (parts, caller, call) -> {
                long result = call.call(caller);
                caller.struct().u32(4, caller.struct().u32(4) | 1 << 11);
                return result == 0 && !caller.writeStruct(caller.argument(1), 8) ? -14 : result;
            }),
            result(
                    "the-page-size-takes-an-argument",
                    "XEN-016",
                    "result of pagesize with an argument",
                    XEN_VERSION,
                    7,
                    v -> v == -22 ? PAGE : v),
            hypercall(
                    "a-list-in-a-list-succeeds",
                    "XEN-017",
                    "result of the list in a list",
                    MULTICALL,
                    (parts, caller, call) -> {
                        long result = call.call(caller);
                        return result == -22 ? 0 : result;
                    }),
            hypercall(
                    "commands-have-64-bits",
                    "XEN-018",
                    "result of command 0x100000005",
                    XenMutant.EVENT_CHANNEL_OP,
                    (parts, caller, call) -> caller.argument(0) >>> 32 == 1 ? -38 : call.call(caller)),
            result("the-tree-tells-another-version", "XEN-019", "version in compatible", XEN_VERSION, 0, v -> v + 1),
            command(
                    "the-upcall-is-an-edge",
                    "XEN-020",
                    "edge flag in CALLBACK_IRQ",
                    HVM_OP,
                    1,
                    (parts, caller, call) -> {
                        long result = call.call(caller);
                        return result == 0 && caller.struct().u32(4) == 0
                                ? tells(caller, caller.struct().u64(8) | 1 << 8)
                                : result;
                    }),
            result("parameters-can-be-set", "XEN-021", "result of set_param of", HVM_OP, 0, v -> v == -1 ? 0 : v),
            command(
                    "parameters-of-others-are-told",
                    "XEN-022",
                    "result of get_param of domain 0",
                    HVM_OP,
                    1,
                    (parts, caller, call) -> {
                        long result = call.call(caller);
                        return result == -1 && caller.struct().u16(0) == 0 ? 0 : result;
                    }),
            command("the-console-has-no-port", "XEN-023", "console page and port", HVM_OP, 1, (parts, caller, call) -> {
                long result = call.call(caller);
                return result == 0 && caller.struct().u32(4) == 18 ? tells(caller, 0) : result;
            }),
            event(
                    "ports-of-the-host-cannot-be-sent-on",
                    "XEN-024",
                    "send on console port",
                    EventChannelOps.SEND,
                    (parts, caller, call) -> {
                        PortTable ports = parts.getInstance(PortTable.class);
                        boolean host = caller.readStruct(caller.argument(1), 4)
                                && ports.isUsable(caller.struct().u32(0))
                                && ports.remoteDomain(caller.struct().u32(0)) == 0
                                && ports.remotePort(caller.struct().u32(0)) != 0;
                        return host ? -22 : call.call(caller);
                    }));

    private XenCallMutants() {}

    private static long tells(Caller caller, long value) {
        caller.struct().u64(8, value);
        return caller.writeStruct(caller.argument(1), 16) ? 0 : -14;
    }

    private static long closesAgain(Injector parts, Caller caller, Hypercall call) {
        PortTable ports = parts.getInstance(PortTable.class);
        int next = ports.nextFree(1);
        long result = call.call(caller);
        if (result == -14 && ports.isUsable(next)) {
            parts.getInstance(PortClosing.class).close(next);
        }
        return result;
    }

    /** Takes virtual addresses for guest-physical ones. */
    private static final class Physical extends LikeCaller {
        Physical(Caller right) {
            super(right);
        }

        @Override
        public boolean read(long address, byte[] target, int offset, int length) {
            VirtualProcessor processor = processor();
            long physical = processor.host().stage2().physical(address);
            if (!processor.host().ram().contains(physical, length)
                    || !processor.host().ram().isResident(physical)) {
                return false;
            }
            processor.host().ram().read(physical, target, offset, length);
            return true;
        }
    }

    /** Refuses structures that go on in another page. */
    private static final class OnePage extends LikeCaller {
        OnePage(Caller right) {
            super(right);
        }

        @Override
        public boolean read(long address, byte[] target, int offset, int length) {
            return (address & PAGE - 1) + length <= PAGE && right.read(address, target, offset, length);
        }
    }

    /** Reads zeros where there is an address and no memory. */
    private static final class ZeroDevices extends LikeCaller {
        ZeroDevices(Caller right) {
            super(right);
        }

        @Override
        public boolean read(long address, byte[] target, int offset, int length) {
            if (right.read(address, target, offset, length)) {
                return true;
            }
            java.util.Arrays.fill(target, offset, offset + length, (byte) 0);
            return processor().pe().translate(address, false) != ProcessingElement.UNMAPPED;
        }
    }

    /** Is content with the bytes that can be read. */
    private static final class Half extends LikeCaller {
        Half(Caller right) {
            super(right);
        }

        @Override
        public boolean read(long address, byte[] target, int offset, int length) {
            int inPage = PAGE - (int) (address & PAGE - 1);
            return right.read(address, target, offset, length)
                    || inPage < length && right.read(address, target, offset, inPage);
        }
    }
}
