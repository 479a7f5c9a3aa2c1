/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static io.faultline.backend.xen.event.EventChannelOps.ALLOC_UNBOUND;
import static io.faultline.backend.xen.event.EventChannelOps.BIND_PIRQ;
import static io.faultline.backend.xen.event.EventChannelOps.BIND_VCPU;
import static io.faultline.backend.xen.event.EventChannelOps.CLOSE;
import static io.faultline.backend.xen.event.EventChannelOps.SEND;
import static io.faultline.backend.xen.event.EventChannelOps.STATUS;
import static io.faultline.backend.xen.event.EventChannelOps.UNMASK;
import static io.faultline.conformance.mutant.XenMutant.event;
import static io.faultline.conformance.mutant.XenMutant.part;

import com.google.inject.Injector;
import io.faultline.backend.xen.event.ChannelPolicy;
import io.faultline.backend.xen.event.PortBinding;
import io.faultline.backend.xen.event.PortChoice;
import io.faultline.backend.xen.event.PortClosing;
import io.faultline.backend.xen.event.StandardBinding;
import io.faultline.backend.xen.event.StandardClosing;
import io.faultline.backend.xen.event.StandardPortChoice;
import io.faultline.backend.xen.event.abi.CurrentAbi;
import io.faultline.backend.xen.event.abi.EventDomain;
import io.faultline.backend.xen.event.abi.TwoLevelAbi;
import io.faultline.backend.xen.event.port.PortState;
import io.faultline.backend.xen.event.port.PortTable;
import io.faultline.backend.xen.hypercall.Caller;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;

/** Bugs in how ports are allocated, bound, closed and described. */
final class XenPortMutants {
    private static final int STATUS_BYTES = 24;
    private static final int SELF = 0x7FF0;
    private static final int INVALID = -22;

    static final List<Mutant> ALL = List.of(
            event(
                    "port-0-can-be-closed",
                    "XEN-044",
                    "result of close of port 0",
                    CLOSE,
                    (parts, caller, call) -> argument(caller, 0) == 0 ? 0 : call.call(caller)),
            part("ports-go-round", "XEN-045", "the first port after two were closed", PortChoice.class, parts -> {
                StandardPortChoice right = parts.getInstance(StandardPortChoice.class);
                PortTable ports = parts.getInstance(PortTable.class);
                int[] last = new int[1];
                return () -> {
                    int lowest = right.choose();
                    int next = ports.nextFree(last[0] + 1);
                    last[0] = lowest > 0 && next > lowest && next < ports.valid() ? next : lowest;
                    return last[0];
                };
            }),
            choosing(
                    "the-last-port-is-not-given",
                    "XEN-046",
                    "ports that could be allocated",
                    (parts, port) -> port == parts.getInstance(PortTable.class).limit() ? -28 : port),
            status("the-own-domain-is-called-self", "XEN-047", "is a number and not DOMID_SELF", caller -> {
                if (caller.struct().u32(8) == 1) {
                    caller.struct().u16(16, SELF);
                }
            }),
            event(
                    "ports-are-allocated-in-domain-0",
                    "XEN-048",
                    "alloc_unbound in domain 0",
                    ALLOC_UNBOUND,
                    (parts, caller, call) -> {
                        long result = call.call(caller);
                        return result == -1 && caller.struct().u16(0) == 0 ? 0 : result;
                    }),
            part(
                    "an-unknown-remote-domain-is-invalid",
                    "XEN-049",
                    "result of alloc_unbound for an unknown domain",
                    ChannelPolicy.class,
                    parts -> new ChannelPolicy() {
                        @Override
                        public int mayOffer(int caller, int remote, boolean exists) {
                            return exists ? 0 : INVALID;
                        }

                        @Override
                        public int mayConnect(int caller, int remote) {
                            return 0;
                        }
                    }),
            status("the-peer-is-port-0", "XEN-050", "peer of port", caller -> {
                if (caller.struct().u32(8) == 2) {
                    caller.struct().u32(20, 0);
                }
            }),
            binding("the-new-end-is-quiet", "XEN-051", "of the end that was bound", parts -> new LikeBinding(parts) {
                @Override
                public int bindInterdomain(int domain, int remote) {
                    int port = super.bindInterdomain(domain, remote);
                    if (port > 0) {
                        parts.getInstance(CurrentAbi.class).clearPending(port);
                    }
                    return port;
                }
            }),
            binding(
                    "an-ipi-is-busy-to-bind-to",
                    "XEN-052",
                    "bind_interdomain to port",
                    parts -> new LikeBinding(parts) {
                        @Override
                        public int bindInterdomain(int domain, int remote) {
                            return ports.isValid(remote) && ports.state(remote) == PortState.IPI
                                    ? -16
                                    : super.bindInterdomain(domain, remote);
                        }
                    }),
            binding(
                    "a-port-is-its-own-peer",
                    "XEN-053",
                    "the port about to be allocated",
                    parts -> new LikeBinding(parts) {
                        @Override
                        public int bindInterdomain(int domain, int remote) {
                            return remote != 0 && remote == ports.nextFree(1)
                                    ? remote
                                    : super.bindInterdomain(domain, remote);
                        }
                    }),
            binding("there-is-no-virq-24", "XEN-054", "bind_virq 24", parts -> new LikeBinding(parts) {
                @Override
                public int bindVirq(int virq, int vcpu) {
                    return virq == 24 ? -2 : super.bindVirq(virq, vcpu);
                }
            }),
            binding("a-global-virq-is-invalid", "XEN-055", "result of bind_virq 3", parts -> new LikeBinding(parts) {
                @Override
                public int bindVirq(int virq, int vcpu) {
                    return virq == 3 ? INVALID : super.bindVirq(virq, vcpu);
                }
            }),
            binding("a-virq-is-bound-once", "XEN-056", "bind_virq 0 on vCPU 1", parts -> new LikeBinding(parts) {
                private int bound;

                @Override
                public int bindVirq(int virq, int vcpu) {
                    if (virq == 0 && vcpu == 1 && ports.state(bound) == PortState.VIRQ) {
                        return -17;
                    }
                    int port = super.bindVirq(virq, vcpu);
                    bound = port > 0 && virq == 0 ? port : bound;
                    return port;
                }
            }),
            binding("an-ipi-of-nobody-is-invalid", "XEN-057", "bind_ipi on vCPU", parts -> new LikeBinding(parts) {
                @Override
                public int bindIpi(int vcpu) {
                    int port = super.bindIpi(vcpu);
                    return port == -2 ? INVALID : port;
                }
            }),
            event("pirqs-are-unknown", "XEN-058", "bind_pirq 0", BIND_PIRQ, (parts, caller, call) -> -38),
            event("what-is-free-can-be-closed", "XEN-059", "result of close of port", CLOSE, (parts, caller, call) -> {
                int port = argument(caller, 0);
                PortTable ports = parts.getInstance(PortTable.class);
                boolean free = port != 0 && ports.isValid(port) && ports.state(port) == PortState.FREE;
                return free ? 0 : call.call(caller);
            }),
            closing("both-ends-are-closed", "XEN-060", "state of the peer", (parts, right, port) -> {
                PortTable ports = parts.getInstance(PortTable.class);
                boolean connected = ports.state(port) == PortState.INTERDOMAIN
                        && ports.remoteDomain(port)
                                == parts.getInstance(EventDomain.class).id();
                int peer = ports.remotePort(port);
                right.close(port);
                if (connected) {
                    right.close(peer);
                }
            }),
            closing("the-surviving-end-is-nobodys", "XEN-061", "bind_interdomain to port", (parts, right, port) -> {
                PortTable ports = parts.getInstance(PortTable.class);
                int peer = ports.remotePort(port);
                boolean connected = ports.state(port) == PortState.INTERDOMAIN && peer < ports.valid();
                right.close(port);
                if (connected && ports.state(peer) == PortState.UNBOUND) {
                    ports.become(peer, PortState.UNBOUND, 0x7001, 0);
                }
            }),
            closing("a-closed-port-stays-pending", "XEN-062", "after close", (parts, right, port) -> {
                CurrentAbi abi = parts.getInstance(CurrentAbi.class);
                boolean pending = !abi.isFifo() && abi.isPending(port);
                right.close(port);
                if (pending) {
                    parts.getInstance(EventDomain.class)
                            .sharedInfo()
                            .testAndSet64(TwoLevelAbi.PENDING + port / 64 * 8, 1L << port);
                }
            }),
            binding("a-closed-virq-stays-bound", "XEN-063", "bind_virq 0 on vCPU 0", parts -> new LikeBinding(parts) {
                private final TreeSet<Integer> bound = new TreeSet<>();

                @Override
                public int bindVirq(int virq, int vcpu) {
                    if (bound.contains(virq << 8 | vcpu)) {
                        return -17;
                    }
                    int port = super.bindVirq(virq, vcpu);
                    if (port > 0) {
                        bound.add(virq << 8 | vcpu);
                    }
                    return port;
                }
            }),
            event(
                    "virqs-can-be-sent",
                    "XEN-064",
                    "result of send on port",
                    SEND,
                    (parts, caller, call) ->
                            stateOf(parts, argument(caller, 0)) == PortState.VIRQ ? 0 : call.call(caller)),
            status("status-writes-what-there-is-not", "XEN-065", "first word of the union", caller -> {
                if (caller.struct().u32(8) == 0) {
                    caller.struct().u32(16, 0);
                }
            }),
            event("ipis-can-be-moved", "XEN-066", "result of bind_vcpu of port", BIND_VCPU, (parts, caller, call) -> {
                int port = argument(caller, 0);
                if (stateOf(parts, port) == PortState.IPI && argument(caller, 4) == 1) {
                    parts.getInstance(PortTable.class).vcpu(port, 1);
                    return 0;
                }
                return call.call(caller);
            }),
            event("a-move-forgets-the-event", "XEN-067", "after bind_vcpu", BIND_VCPU, (parts, caller, call) -> {
                long result = call.call(caller);
                if (result == 0) {
                    parts.getInstance(CurrentAbi.class).clearPending(argument(caller, 0));
                }
                return result;
            }),
            event(
                    "vcpu-0-hears-of-every-channel",
                    "XEN-068",
                    "after an event for vCPU",
                    SEND,
                    (parts, caller, call) -> {
                        boolean channel = stateOf(parts, argument(caller, 0)) == PortState.INTERDOMAIN;
                        long result = call.call(caller);
                        if (channel) {
                            parts.getInstance(io.faultline.backend.xen.vcpu.Upcalls.class)
                                    .markPending(0);
                        }
                        return result;
                    }),
            event("unmask-knows-no-free-ports", "XEN-069", "unmask of unused port", UNMASK, (parts, caller, call) -> {
                PortState state = stateOf(parts, argument(caller, 0));
                return state == PortState.FREE ? -2 : call.call(caller);
            }),
            event(
                    "port-4096-can-be-closed",
                    "XEN-070",
                    "result of close of port 4096",
                    CLOSE,
                    (parts, caller, call) -> argument(caller, 0) == TwoLevelAbi.PORTS ? 0 : call.call(caller)),
            binding("a-failed-bind-virq-is-kept", "XEN-076", "bind_virq 0 on vCPU 0", parts -> new LikeBinding(parts) {
                private boolean failed;

                @Override
                public int bindVirq(int virq, int vcpu) {
                    int port = failed ? -17 : super.bindVirq(virq, vcpu);
                    failed |= port == -28;
                    return port;
                }
            }));

    private XenPortMutants() {}

    /** A word of the structure, as the guest has it; -1 if it cannot be read. */
    static int argument(Caller caller, int offset) {
        return caller.readStruct(caller.argument(1) + offset, 4)
                ? caller.struct().u32(0)
                : -1;
    }

    /** The state of a port; null if there is no such port. */
    static PortState stateOf(Injector parts, int port) {
        PortTable ports = parts.getInstance(PortTable.class);
        return ports.isValid(port) ? ports.state(port) : null;
    }

    private static Mutant choosing(
            String id, String rule, String words, java.util.function.BiFunction<Injector, Integer, Integer> bug) {
        return part(id, rule, words, PortChoice.class, parts -> {
            StandardPortChoice right = parts.getInstance(StandardPortChoice.class);
            return () -> bug.apply(parts, right.choose());
        });
    }

    private static Mutant status(String id, String rule, String words, java.util.function.Consumer<Caller> bug) {
        return event(id, rule, words, STATUS, (parts, caller, call) -> {
            long result = call.call(caller);
            if (result == 0) {
                bug.accept(caller);
                caller.writeStruct(caller.argument(1), STATUS_BYTES);
            }
            return result;
        });
    }

    /** Closing a port with a bug. */
    @FunctionalInterface
    interface WrongClosing {
        void close(Injector parts, PortClosing right, int port);
    }

    static Mutant closing(String id, String rule, String words, WrongClosing bug) {
        return part(id, rule, words, PortClosing.class, parts -> {
            PortClosing right = parts.getInstance(StandardClosing.class);
            return port -> bug.close(parts, right, port);
        });
    }

    static Mutant binding(String id, String rule, String words, Function<Injector, PortBinding> maker) {
        return part(id, rule, words, PortBinding.class, maker);
    }

    /** Binds ports as it should be, except for what a mutant overrides. */
    static class LikeBinding implements PortBinding {
        final PortTable ports;
        private final PortBinding right;

        LikeBinding(Injector parts) {
            right = parts.getInstance(StandardBinding.class);
            ports = parts.getInstance(PortTable.class);
        }

        @Override
        public int allocateUnbound(int remote) {
            return right.allocateUnbound(remote);
        }

        @Override
        public int bindInterdomain(int domain, int remote) {
            return right.bindInterdomain(domain, remote);
        }

        @Override
        public int bindVirq(int virq, int vcpu) {
            return right.bindVirq(virq, vcpu);
        }

        @Override
        public int bindIpi(int vcpu) {
            return right.bindIpi(vcpu);
        }
    }
}
