/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static io.faultline.backend.xen.event.EventChannelOps.INIT_CONTROL;
import static io.faultline.backend.xen.event.EventChannelOps.SEND;
import static io.faultline.backend.xen.event.EventChannelOps.SET_PRIORITY;
import static io.faultline.conformance.mutant.XenFifoParts.abi;
import static io.faultline.conformance.mutant.XenFifoParts.links;
import static io.faultline.conformance.mutant.XenFifoParts.setup;
import static io.faultline.conformance.mutant.XenFifoParts.shared;
import static io.faultline.conformance.mutant.XenMutant.event;
import static io.faultline.conformance.mutant.XenMutant.part;
import static io.faultline.conformance.mutant.XenMutant.result;

import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.xen.event.PortChoice;
import io.faultline.backend.xen.event.StandardPortChoice;
import io.faultline.backend.xen.event.abi.CurrentAbi;
import io.faultline.backend.xen.event.abi.EventArray;
import io.faultline.backend.xen.event.abi.EventWord;
import io.faultline.backend.xen.event.abi.FifoQueues;
import io.faultline.backend.xen.event.abi.TwoLevelAbi;
import io.faultline.backend.xen.event.port.PortTable;
import io.faultline.conformance.mutant.XenFifoParts.LikeFifo;
import io.faultline.conformance.mutant.XenFifoParts.LikeLinks;
import io.faultline.conformance.mutant.XenFifoParts.LikeSetup;
import java.util.List;

/** Bugs in how the FIFO ABI is set up and in its queues. */
final class XenFifoMutants {
    static final List<Mutant> ALL = List.of(
            event("links-have-16-bits", "XEN-094", "link_bits", INIT_CONTROL, (parts, caller, call) -> {
                long result = call.call(caller);
                caller.struct().u8(16, 16);
                return result == 0 && !caller.writeStruct(caller.argument(1), 24) ? -14 : result;
            }),
            setup(
                    "control-blocks-are-aligned-to-4",
                    "XEN-095",
                    "result of init_control at 4",
                    parts -> new LikeSetup(parts) {
                        @Override
                        public int initControl(int vcpu, long gfn, int offset) {
                            return offset % 8 == 4 && vcpu == 0 ? 0 : super.initControl(vcpu, gfn, offset);
                        }
                    }),
            setup(
                    "an-unknown-vcpu-has-no-block",
                    "XEN-096",
                    "result of init_control of vCPU 1",
                    parts -> new LikeSetup(parts) {
                        @Override
                        public int initControl(int vcpu, long gfn, int offset) {
                            int result = super.initControl(vcpu, gfn, offset);
                            return result == -2 ? -22 : result;
                        }
                    }),
            setup(
                    "a-failure-switches-to-fifo",
                    "XEN-097",
                    "result of expand_array without FIFO",
                    parts -> new LikeSetup(parts) {
                        @Override
                        public int initControl(int vcpu, long gfn, int offset) {
                            int result = super.initControl(vcpu, gfn, offset);
                            if (result == -22 && offset == 0) {
                                parts.getInstance(CurrentAbi.class).useFifo();
                            }
                            return result;
                        }
                    }),
            setup("a-block-is-given-twice", "XEN-098", "result of init_control again", parts -> new LikeSetup(parts) {
                @Override
                public int initControl(int vcpu, long gfn, int offset) {
                    int result = super.initControl(vcpu, gfn, offset);
                    return result == -22 && parts.getInstance(FifoQueues.class).hasBlock(vcpu) ? 0 : result;
                }
            }),
            setup(
                    "a-vcpu-that-is-off-has-no-block",
                    "XEN-099",
                    "result of init_control of vCPU 1",
                    parts -> new LikeSetup(parts) {
                        @Override
                        public int initControl(int vcpu, long gfn, int offset) {
                            Host host = parts.getInstance(Host.class);
                            boolean off = vcpu >= 0
                                    && vcpu < host.vcpuCount()
                                    && !host.vcpu(vcpu).isOn();
                            return off ? -2 : super.initControl(vcpu, gfn, offset);
                        }
                    }),
            result(
                    "priorities-need-no-fifo",
                    "XEN-100",
                    "result of set_priority without FIFO",
                    XenMutant.EVENT_CHANNEL_OP,
                    SET_PRIORITY,
                    v -> v == -38 ? 0 : v),
            setup("the-129th-page-is-invalid", "XEN-101", "for page 128", parts -> new LikeSetup(parts) {
                @Override
                public int expandArray(long gfn) {
                    int result = super.expandArray(gfn);
                    return result == -28 ? -22 : result;
                }
            }),
            setup(
                    "a-bad-page-is-added",
                    "XEN-102",
                    "with the first good page as page 0",
                    parts -> new LikeSetup(parts) {
                        @Override
                        public int expandArray(long gfn) {
                            int result = super.expandArray(gfn);
                            if (result == -22) {
                                parts.getInstance(EventArray.class).add(shared(parts));
                            }
                            return result;
                        }
                    }),
            setup(
                    "the-switch-forgets-events",
                    "XEN-103",
                    "that was pending before the switch",
                    parts -> new LikeSetup(parts) {
                        @Override
                        public int initControl(int vcpu, long gfn, int offset) {
                            for (int i = 0; i < TwoLevelAbi.PORTS / 64; i++) {
                                shared(parts).store64(TwoLevelAbi.PENDING + 8 * i, 0);
                            }
                            return super.initControl(vcpu, gfn, offset);
                        }
                    }),
            abi(
                    "an-event-without-word-is-lost",
                    "XEN-104",
                    "sent before there was a page",
                    parts -> new LikeFifo(parts) {
                        @Override
                        public void setPending(int port, int vcpu) {
                            if (array.covers(port)) {
                                super.setPending(port, vcpu);
                            }
                        }
                    }),
            abi(
                    "old-masks-still-count",
                    "XEN-105",
                    "with the old mask and pending bits set",
                    parts -> new LikeFifo(parts) {
                        @Override
                        public void setPending(int port, int vcpu) {
                            if ((shared(parts).load64(TwoLevelAbi.MASK + port % 4096 / 64 * 8) & 1L << port) == 0) {
                                super.setPending(port, vcpu);
                            }
                        }
                    }),
            XenPortMutants.binding(
                    "a-number-keeps-its-priority",
                    "XEN-106",
                    "of the next user of a number",
                    parts -> new XenPortMutants.LikeBinding(parts) {
                        @Override
                        public int bindIpi(int vcpu) {
                            int next = ports.nextFree(1);
                            int priority = ports.isValid(next) ? ports.priority(next) : PortTable.DEFAULT_PRIORITY;
                            int port = super.bindIpi(vcpu);
                            if (port == next) {
                                ports.priority(port, priority);
                            }
                            return port;
                        }
                    }),
            part("ports-end-at-4095", "XEN-107", "result of the last allocation", PortChoice.class, parts -> {
                StandardPortChoice right = parts.getInstance(StandardPortChoice.class);
                return () -> {
                    int port = right.choose();
                    return port >= TwoLevelAbi.PORTS ? -28 : port;
                };
            }),
            setup(
                    "a-frame-is-used-once",
                    "XEN-108",
                    "result of expand_array with the same frame",
                    parts -> new LikeSetup(parts) {
                        @Override
                        public int expandArray(long gfn) {
                            return parts.getInstance(EventArray.class).uses(gfn << 12) ? -16 : super.expandArray(gfn);
                        }
                    }),
            abi("vcpu-1-has-no-heads", "XEN-109", "head of queue 7 of vCPU 1", parts -> new LikeFifo(parts) {
                @Override
                public void setPending(int port, int vcpu) {
                    if (newlyLinked(port, vcpu) && vcpu == 1) {
                        queues.head(queue(port, vcpu), 0);
                    }
                }
            }),
            links("every-event-is-a-head", "XEN-110", "after the second event", parts -> (tail, port) -> false),
            abi("the-tail-stays-the-first", "XEN-111", "in round 0", parts -> new LikeFifo(parts) {
                @Override
                public void setPending(int port, int vcpu) {
                    int tail = queues.tail(queue(port, vcpu));
                    if (newlyLinked(port, vcpu) && tail != 0 && tail != port && has(tail, EventWord.LINKED)) {
                        queues.tail(queue(port, vcpu), tail);
                    }
                }
            }),
            abi(
                    "priority-3-makes-two-queues-ready",
                    "XEN-112",
                    "with events on queues 3 and 7",
                    parts -> new LikeFifo(parts) {
                        @Override
                        public void setPending(int port, int vcpu) {
                            if (newlyLinked(port, vcpu) && ports.priority(port) == 3) {
                                queues.testAndSetReady(queue(port, vcpu) + 1);
                            }
                        }
                    }),
            abi("unmask-links-nothing", "XEN-113", "after unmask", parts -> new LikeFifo(parts) {
                @Override
                public void unmask(int port, int vcpu) {
                    if (array.covers(port)) {
                        array.testAndClear(port, EventWord.MASKED);
                    }
                }
            }),
            abi(
                    "a-pending-port-is-not-linked",
                    "XEN-114",
                    "while pending and not linked",
                    parts -> new LikeFifo(parts) {
                        @Override
                        public void setPending(int port, int vcpu) {
                            if (!has(port, EventWord.PENDING) || has(port, EventWord.MASKED)) {
                                super.setPending(port, vcpu);
                            }
                        }
                    }),
            abi("an-appended-event-makes-ready", "XEN-115", "after an appended event", parts -> new LikeFifo(parts) {
                @Override
                public void setPending(int port, int vcpu) {
                    if (newlyLinked(port, vcpu) && !queues.testAndSetReady(queue(port, vcpu))) {
                        upcalls.markPending(vcpu);
                    }
                }
            }),
            links(
                    "a-consumed-tail-is-linked-to",
                    "XEN-116",
                    "after the queue was emptied",
                    parts -> new LikeLinks(parts) {
                        @Override
                        public boolean append(int tail, int port) {
                            int word = array.load(tail);
                            return array.compareAndSet(tail, word, word & ~EventWord.LINK | port);
                        }
                    }),
            abi("a-tail-is-linked-to-itself", "XEN-117", "that was the consumed tail", parts -> new LikeFifo(parts) {
                @Override
                public void setPending(int port, int vcpu) {
                    boolean tail = queues.tail(ports.lastQueue(port)) == port;
                    if (newlyLinked(port, vcpu) && tail) {
                        int word = array.load(port);
                        array.compareAndSet(port, word, word | port);
                    }
                }
            }),
            abi(
                    "a-tail-that-moved-is-still-the-tail",
                    "XEN-118",
                    "of the port's old priority",
                    parts -> new LikeFifo(parts) {
                        @Override
                        public void setPending(int port, int vcpu) {
                            int last = ports.lastQueue(port);
                            boolean tail = queues.tail(last) == port;
                            if (newlyLinked(port, vcpu) && tail && last != ports.lastQueue(port)) {
                                queues.tail(last, port);
                            }
                        }
                    }),
            setup("there-are-17-priorities", "XEN-119", "result of set_priority to 16", parts -> new LikeSetup(parts) {
                @Override
                public int setPriority(int port, int priority) {
                    return priority == 16 ? 0 : super.setPriority(port, priority);
                }
            }),
            setup(
                    "a-new-priority-unlinks",
                    "XEN-120",
                    "after set_priority of a linked port",
                    parts -> new LikeSetup(parts) {
                        @Override
                        public int setPriority(int port, int priority) {
                            int result = super.setPriority(port, priority);
                            EventArray array = parts.getInstance(EventArray.class);
                            if (result == 0 && array.covers(port)) {
                                array.testAndClear(port, EventWord.LINKED);
                            }
                            return result;
                        }
                    }),
            abi("a-vcpu-without-block-is-told", "XEN-121", "without control block", parts -> new LikeFifo(parts) {
                @Override
                public void setPending(int port, int vcpu) {
                    super.setPending(port, vcpu);
                    if (!queues.hasBlock(vcpu)) {
                        upcalls.markPending(vcpu);
                    }
                }
            }),
            abi("unmask-sends", "XEN-122", "after unmask of a port that is not pending", parts -> new LikeFifo(parts) {
                @Override
                public void unmask(int port, int vcpu) {
                    super.unmask(port, vcpu);
                    setPending(port, vcpu);
                }
            }),
            part("linked-numbers-are-used-again", "XEN-123", "which is linked", PortChoice.class, parts -> {
                StandardPortChoice right = parts.getInstance(StandardPortChoice.class);
                PortTable ports = parts.getInstance(PortTable.class);
                return () -> {
                    int port = right.choose();
                    return port > 0 ? ports.nextFree(1) : port;
                };
            }),
            XenPortMutants.closing(
                    "a-close-unlinks", "XEN-124", "that was closed in the middle", (parts, right, port) -> {
                        EventArray array = parts.getInstance(EventArray.class);
                        right.close(port);
                        if (array.covers(port)) {
                            array.testAndClear(port, EventWord.LINKED | EventWord.LINK);
                        }
                    }),
            links("links-have-28-bits", "XEN-125", "after another was linked to it", parts -> new LikeLinks(parts) {
                @Override
                public boolean append(int tail, int port) {
                    int word = array.load(tail);
                    return (word & EventWord.LINKED) != 0 && array.compareAndSet(tail, word, word & 0xF000_0000 | port);
                }
            }),
            abi("the-array-is-an-address", "XEN-126", "mapped over the array", parts -> new LikeFifo(parts) {
                @Override
                public void setPending(int port, int vcpu) {
                    super.setPending(port, vcpu);
                    Host host = parts.getInstance(Host.class);
                    Frame page = host.stage2().isIdentity() ? null : XenFifoParts.arrayPage(parts);
                    long seen = page == null ? -1 : host.stage2().physical(page.physical());
                    if (page != null && seen >= 0 && seen != page.physical()) {
                        new Frame(host.ram(), seen).store32(4 * port, array.load(port));
                    }
                }
            }),
            links(
                    "an-appended-event-is-a-head-too",
                    "XEN-127",
                    "in one way and not in both",
                    parts -> new LikeLinks(parts) {
                        @Override
                        public boolean append(int tail, int port) {
                            super.append(tail, port);
                            return false;
                        }
                    }),
            abi("unmask-takes-the-upcall-back", "XEN-128", "with the other vCPU's call", parts -> new LikeFifo(parts) {
                @Override
                public void unmask(int port, int vcpu) {
                    super.unmask(port, vcpu);
                    upcalls.infoFrame(vcpu).store8(upcalls.infoOffset(vcpu), 0);
                }
            }),
            abi(
                    "unmask-of-a-pending-port-masks",
                    "XEN-129",
                    "with the other vCPU's call",
                    parts -> new LikeFifo(parts) {
                        @Override
                        public void unmask(int port, int vcpu) {
                            super.unmask(port, vcpu);
                            if (has(port, EventWord.PENDING)) {
                                array.testAndSet(port, EventWord.MASKED);
                            }
                        }
                    }),
            event(
                    "the-second-sender-takes-the-queue",
                    "XEN-130",
                    "with the other vCPU's call",
                    SEND,
                    (parts, caller, call) -> {
                        if (caller.vcpu() == 1) {
                            parts.getInstance(FifoQueues.class)
                                    .tail(FifoQueues.queue(0, PortTable.DEFAULT_PRIORITY), 0);
                        }
                        return call.call(caller);
                    }),
            part(
                    "fifo-events-wake-no-poller",
                    "XEN-132",
                    "poll",
                    io.faultline.backend.xen.vcpu.Upcalls.class,
                    parts -> new LikeUpcalls(parts) {
                        @Override
                        public void wakePollers(int port) {
                            if (!parts.getInstance(CurrentAbi.class).isFifo()) {
                                super.wakePollers(port);
                            }
                        }
                    }),
            XenPortMutants.closing(
                    "a-closed-port-stays-pending-in-its-word",
                    "XEN-137",
                    "PENDING of the closed port",
                    (parts, right, port) -> {
                        EventArray array = parts.getInstance(EventArray.class);
                        boolean pending = array.covers(port) && (array.load(port) & EventWord.PENDING) != 0;
                        right.close(port);
                        if (pending) {
                            array.testAndSet(port, EventWord.PENDING);
                        }
                    }),
            abi("a-vcpu-that-is-off-gets-nothing", "XEN-138", "that is on again", parts -> new LikeFifo(parts) {
                @Override
                public void setPending(int port, int vcpu) {
                    if (parts.getInstance(Host.class).vcpu(vcpu).isOn()) {
                        super.setPending(port, vcpu);
                    }
                }
            }));

    private XenFifoMutants() {}
}
