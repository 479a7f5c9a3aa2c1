/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static io.faultline.conformance.mutant.XenMutant.MEMORY_OP;
import static io.faultline.conformance.mutant.XenMutant.VCPU_OP;
import static io.faultline.conformance.mutant.XenMutant.VM_ASSIST;
import static io.faultline.conformance.mutant.XenMutant.command;
import static io.faultline.conformance.mutant.XenMutant.hypercall;
import static io.faultline.conformance.mutant.XenMutant.part;

import com.google.inject.Injector;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.xen.event.abi.EventDomain;
import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Hypercall;
import io.faultline.backend.xen.memory.PhysicalMap;
import io.faultline.backend.xen.vcpu.InfoPlaces;
import io.faultline.backend.xen.vcpu.InitialInfo;
import io.faultline.backend.xen.vcpu.StandardUpcalls;
import io.faultline.backend.xen.vcpu.Upcalls;
import java.util.List;

/** Bugs in the page shared_info and in the vcpu_info of each vCPU. */
final class XenMemoryMutants {
    private static final int ADD = 7;
    private static final int REMOVE = 15;
    private static final int REGISTER_RUNSTATE = 5;
    private static final int REGISTER_INFO = 10;
    private static final int WALL_CLOCK = 0x430;
    private static final int NANOSECONDS = 0x438;
    private static final int PENDING = 0x30;
    private static final int MASK = 0x230;
    private static final int SELECTOR = 8;
    private static final int INFO_BYTES = 48;

    static final List<Mutant> ALL = List.of(
            mapping(
                    "the-clock-is-being-written",
                    "XEN-025",
                    "bit 0 of wc_version",
                    (parts, shared) -> shared.store32(WALL_CLOCK, shared.load32(WALL_CLOCK) | 1)),
            command(
                    "any-index-is-shared-info",
                    "XEN-026",
                    "result with index 1",
                    MEMORY_OP,
                    ADD,
                    (parts, caller, call) -> {
                        long result = call.call(caller);
                        return result == -22 && caller.struct().u64(8) == 1 ? 0 : result;
                    }),
            command(
                    "what-is-removed-stays-mapped",
                    "XEN-027",
                    "result of mapping it after it was removed",
                    MEMORY_OP,
                    REMOVE,
                    (parts, caller, call) -> caller.readStruct(caller.argument(1), 16)
                                    && parts.getInstance(PhysicalMap.class)
                                            .unmap(caller.struct().u64(8))
                            ? 0
                            : -2),
            command(
                    "the-replaced-page-is-copied",
                    "XEN-028",
                    "shared_info at 0x",
                    MEMORY_OP,
                    ADD,
                    XenMemoryMutants::copiesThePage),
            mapping("mapping-forgets-events", "XEN-029", "when the page is mapped again", (parts, shared) -> {
                for (int i = PENDING; i < MASK; i += 8) {
                    shared.store64(i, 0);
                }
            }),
            mapping(
                    "the-clock-has-too-many-nanoseconds",
                    "XEN-030",
                    "is less than a second",
                    (parts, shared) -> shared.store32(NANOSECONDS, 2_000_000_000)),
            registering("the-first-vcpu-info-is-empty", "XEN-031", "copied from shared_info", (parts, place) -> {
                if (place.vcpu == 0) {
                    place.fill(0);
                }
            }),
            registering("vcpu-info-keeps-what-was-there", "XEN-032", "vcpu_info of vCPU 1 at", (parts, place) -> {
                if (place.vcpu > 0) {
                    place.fill(-1);
                }
            }),
            part("vcpu-info-moves", "XEN-033", "result of registering again", InfoPlaces.class, parts -> {
                StandardUpcalls right = parts.getInstance(StandardUpcalls.class);
                return new InfoPlaces() {
                    @Override
                    public boolean isRegistered(int vcpu) {
                        return false;
                    }

                    @Override
                    public void register(int vcpu, Frame frame, int offset) {
                        right.register(vcpu, frame, offset);
                    }
                };
            }),
            command(
                    "vcpu-info-need-not-be-aligned",
                    "XEN-034",
                    "result with offset 1",
                    VCPU_OP,
                    REGISTER_INFO,
                    (parts, caller, call) -> {
                        long result = call.call(caller);
                        return result == -6 && caller.struct().u32(8) % 8 != 0 ? 0 : result;
                    }),
            hypercall("an-unknown-vcpu-is-invalid", "XEN-035", "for vCPU 1", VCPU_OP, (parts, caller, call) -> {
                long result = call.call(caller);
                return result == -2 ? -22 : result;
            }),
            command(
                    "a-bad-frame-is-registered",
                    "XEN-036",
                    "result with gfn",
                    VCPU_OP,
                    REGISTER_INFO,
                    XenMemoryMutants::registersNothing),
            upcalls(
                    "the-old-place-is-written-too",
                    "XEN-037",
                    "the slot in shared_info",
                    parts -> new LikeUpcalls(parts) {
                        @Override
                        public void markPending(int vcpu) {
                            super.markPending(vcpu);
                            parts.getInstance(InitialInfo.class).sharedInfo().store8(0, 1);
                        }
                    }),
            registering("registering-raises-nothing", "XEN-038", "ports that the scan", (parts, place) -> {
                place.frame.store8(place.offset, 0);
                place.frame.store64(place.offset + SELECTOR, 0);
            }),
            upcalls("the-place-is-an-address", "XEN-039", "mapped over vcpu_info", parts -> new LikeUpcalls(parts) {
                @Override
                public Frame infoFrame(int vcpu) {
                    Frame frame = super.infoFrame(vcpu);
                    Host host = parts.getInstance(Host.class);
                    long mapped = host.stage2().physical(frame.physical());
                    boolean moved = host.request().memory().stream()
                                    .anyMatch(region ->
                                            region.base() <= frame.physical() && frame.physical() < region.end())
                            && mapped >= 0;
                    return moved ? new Frame(frame.ram(), mapped) : frame;
                }
            }),
            upcalls("byte-1-masks-upcalls", "XEN-040", "with byte 1 = 1", parts -> new LikeUpcalls(parts) {
                @Override
                public void markPending(int vcpu) {
                    if (infoFrame(vcpu).load8(infoOffset(vcpu) + 1) == 0) {
                        super.markPending(vcpu);
                    }
                }
            }),
            upcalls(
                    "the-upcall-has-eight-bytes",
                    "XEN-041",
                    "bytes 0 to 7 of vcpu_info",
                    parts -> new LikeUpcalls(parts) {
                        @Override
                        public void markPending(int vcpu) {
                            super.markPending(vcpu);
                            infoFrame(vcpu).store64(infoOffset(vcpu), 1);
                        }
                    }),
            command(
                    "there-is-no-runstate",
                    "XEN-042",
                    "result of register_runstate_memory_area",
                    VCPU_OP,
                    REGISTER_RUNSTATE,
                    (parts, caller, call) -> -38),
            hypercall(
                    "assist-0-is-there",
                    "XEN-043",
                    "enabling assist 0",
                    VM_ASSIST,
                    (parts, caller, call) -> caller.word(1) == 0 ? 0 : call.call(caller)));

    private XenMemoryMutants() {}

    /** What is wrong after shared_info was mapped. */
    @FunctionalInterface
    private interface AfterMapping {
        void damage(Injector parts, Frame sharedInfo);
    }

    private static Mutant mapping(String id, String rule, String words, AfterMapping bug) {
        return command(id, rule, words, MEMORY_OP, ADD, (parts, caller, call) -> {
            long result = call.call(caller);
            if (result == 0 && caller.struct().u32(4) == 0) {
                bug.damage(parts, parts.getInstance(EventDomain.class).sharedInfo());
            }
            return result;
        });
    }

    private static long copiesThePage(Injector parts, Caller caller, Hypercall call) {
        Host host = parts.getInstance(Host.class);
        Frame shared = parts.getInstance(EventDomain.class).sharedInfo();
        if (caller.readStruct(caller.argument(1), 24)) {
            long page = caller.struct().u64(16) << 12;
            if (caller.struct().u32(4) == 0 && host.ram().contains(page)) {
                Frame replaced = new Frame(host.ram(), page);
                for (int i = PENDING; i < WALL_CLOCK; i += 8) {
                    shared.store64(i, replaced.load64(i));
                }
            }
        }
        return call.call(caller);
    }

    private static long registersNothing(Injector parts, Caller caller, Hypercall call) {
        long result = call.call(caller);
        InfoPlaces places = parts.getInstance(InfoPlaces.class);
        if (result == -22 && caller.struct().u32(8) == 0 && !places.isRegistered(caller.word(1))) {
            places.register(caller.word(1), parts.getInstance(InitialInfo.class).unread(), 0);
        }
        return result;
    }

    /** Where a vcpu_info was registered, and what was there before. */
    private record Place(int vcpu, Frame frame, int offset) {
        /** Everything behind the selector. */
        void fill(long value) {
            for (int i = 2 * SELECTOR; i < INFO_BYTES; i += 8) {
                frame.store64(offset + i, value);
            }
        }
    }

    /** What is wrong after a vcpu_info was registered. */
    @FunctionalInterface
    private interface AfterRegistering {
        void damage(Injector parts, Place place);
    }

    private static Mutant registering(String id, String rule, String words, AfterRegistering bug) {
        return part(id, rule, words, InfoPlaces.class, parts -> {
            StandardUpcalls right = parts.getInstance(StandardUpcalls.class);
            return new InfoPlaces() {
                @Override
                public boolean isRegistered(int vcpu) {
                    return right.isRegistered(vcpu);
                }

                @Override
                public void register(int vcpu, Frame frame, int offset) {
                    right.register(vcpu, frame, offset);
                    bug.damage(parts, new Place(vcpu, frame, offset));
                }
            };
        });
    }

    private static Mutant upcalls(
            String id, String rule, String words, java.util.function.Function<Injector, Upcalls> maker) {
        return part(id, rule, words, Upcalls.class, maker);
    }
}
