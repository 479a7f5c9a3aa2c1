/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static io.faultline.conformance.mutant.HypervInterceptParts.interceptor;
import static io.faultline.conformance.mutant.HypervInterceptParts.intercepts;
import static io.faultline.conformance.mutant.HypervMutant.binding;
import static io.faultline.conformance.mutant.HypervMutant.module;
import static io.faultline.conformance.mutant.HypervMutant.part;
import static io.faultline.conformance.mutant.HypervMutant.state;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.intercept.MemoryIntercepts;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.hyperv.intercept.AccessFlags;
import io.faultline.backend.hyperv.overlay.OverlayMap;
import io.faultline.backend.hyperv.overlay.StandardOverlayMap;
import io.faultline.hwmodel.mmu.Stage2;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Bugs in turning memory intercepts on and off, and in what the guest may do. */
final class HypervInterceptMutants {
    private static final Set<AccessKind> EVERYTHING = EnumSet.allOf(AccessKind.class);
    private static final int AN_INSTRUCTION = 4;

    static final List<Mutant> ALL = all();

    private HypervInterceptMutants() {}

    private static List<Mutant> all() {
        List<Mutant> all = new ArrayList<>();
        all.addAll(switches());
        all.addAll(refusals());
        all.addAll(effects());
        all.addAll(flags());
        all.addAll(overlays());
        all.addAll(HypervSuspensionMutants.ALL);
        all.addAll(HypervInterceptMessageMutants.ALL);
        return List.copyOf(all);
    }

    private static List<Mutant> switches() {
        return List.of(
                state(
                        "intercepts-stay-on-over-a-reset",
                        "API-041",
                        "intercepts are off after reset",
                        "intercepts",
                        (parts, right) -> new LikePart(right) {
                            @Override
                            public void reset() {
                                MemoryIntercepts intercepts = parts.getInstance(MemoryIntercepts.class);
                                boolean wasOn = intercepts.isEnabled();
                                super.reset();
                                if (wasOn) {
                                    intercepts.enable();
                                }
                            }
                        }),
                intercepts(
                        "intercepts-turned-on-again-begin-anew",
                        "API-041",
                        "when they are turned on again",
                        parts -> new LikeIntercepts(parts) {
                            @Override
                            public void enable() {
                                super.disable();
                                super.enable();
                            }
                        }),
                module(
                        "turning-intercepts-off-forgets-the-suspended",
                        "API-042",
                        "nobody is suspended any more",
                        binding(MemoryIntercepts.class, parts -> new LikeIntercepts(parts) {
                            private boolean isOff;

                            @Override
                            public void disable() {
                                parts.getInstance(AccessFlags.class).reset();
                                isOff = true;
                            }

                            @Override
                            public boolean isEnabled() {
                                return super.isEnabled() && !isOff;
                            }
                        })),
                intercepts(
                        "flags-come-back-with-the-intercepts",
                        "API-042",
                        "when they were turned on anew",
                        parts -> new LikeIntercepts(parts) {
                            private final Map<Long, Set<AccessKind>> said = new TreeMap<>();

                            @Override
                            public void permit(long page, Set<AccessKind> allowed) {
                                super.permit(page, allowed);
                                said.put(page, allowed);
                            }

                            @Override
                            public void enable() {
                                super.enable();
                                said.forEach(super::permit);
                            }
                        }));
    }

    private static Mutant tolerant(String id, String words, ErrorId refusal) {
        return intercepts(id, "API-043", words, parts -> new LikeIntercepts(parts) {
            @Override
            public void permit(long page, Set<AccessKind> allowed) {
                try {
                    super.permit(page, allowed);
                } catch (HypervisorException refused) {
                    if (refused.id() != refusal || !PageSize.isAligned(page)) {
                        throw refused;
                    }
                }
            }
        });
    }

    private static List<Mutant> refusals() {
        return List.of(
                tolerant("flags-while-off-are-forgotten", "permit while intercepts are off", ErrorId.ILLEGAL_STATE),
                tolerant("flags-of-no-memory-are-forgotten", "permit of what is not memory", ErrorId.NOT_GUEST_MEMORY),
                tolerant("flags-of-rom-are-forgotten", "guests can only read", ErrorId.INVALID_ARGUMENT),
                intercepts("flags-of-an-address-are-of-its-page", "API-043", "permit of what is no page", parts -> {
                    return new LikeIntercepts(parts) {
                        @Override
                        public void permit(long page, Set<AccessKind> allowed) {
                            super.permit(PageSize.pageOf(page), allowed);
                        }
                    };
                }),
                intercepts("nobody-is-not-suspended", "API-044", "isSuspended of vCPU", parts -> {
                    return new LikeIntercepts(parts) {
                        @Override
                        public boolean isSuspended(int vcpu) {
                            return vcpu >= 0 && vcpu < 1 && super.isSuspended(vcpu);
                        }
                    };
                }),
                intercepts("without-intercept-an-empty-message", "API-044", "message before anything", parts -> {
                    return new LikeIntercepts(parts) {
                        @Override
                        public byte[] message(int vcpu) {
                            return isSuspended(vcpu) ? super.message(vcpu) : new byte[MESSAGE_BYTES];
                        }
                    };
                }),
                intercepts("resume-of-a-vcpu-that-goes-on", "API-044", "resume before anything", parts -> {
                    return new LikeIntercepts(parts) {
                        @Override
                        public void resume(int vcpu) {
                            if (isSuspended(vcpu)) {
                                super.resume(vcpu);
                            }
                        }
                    };
                }));
    }

    private static List<Mutant> effects() {
        return List.of(
                interceptor("a-forbidden-store-is-made", "API-045", "memory is as before", parts -> {
                    return new LikeInterceptor(parts) {
                        @Override
                        public boolean forbidden(
                                VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk) {
                            if (access == AccessKind.WRITE) {
                                var syndrome = vcpu.pe().trapSyndrome();
                                long offset = vcpu.pe().trapFaultAddress() & PageSize.OFFSET_MASK;
                                long value = vcpu.pe().x(syndrome.transferRegister());
                                host.ram().store(page + offset, syndrome.accessWidth(), value);
                            }
                            return super.forbidden(vcpu, access, page, stage1Walk);
                        }
                    };
                }),
                interceptor("a-forbidden-access-is-over", "API-045", "registers at the intercept", parts -> {
                    return new LikeInterceptor(parts) {
                        @Override
                        public boolean forbidden(
                                VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk) {
                            boolean isIntercepted = super.forbidden(vcpu, access, page, stage1Walk);
                            vcpu.pe().returnAddress(vcpu.pe().returnAddress() + AN_INSTRUCTION);
                            return isIntercepted;
                        }
                    };
                }),
                interceptor("only-stores-are-forbidden", "API-045", "access READ of a page where it is", parts -> {
                    return new LikeInterceptor(parts) {
                        @Override
                        public boolean forbidden(
                                VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk) {
                            return access == AccessKind.WRITE && super.forbidden(vcpu, access, page, stage1Walk);
                        }
                    };
                }));
    }

    private static List<Mutant> flags() {
        return List.of(
                intercepts("what-is-not-written-is-not-executed", "API-046", "permitted of a page", parts -> {
                    return new LikeIntercepts(parts) {
                        @Override
                        public void permit(long page, Set<AccessKind> allowed) {
                            Set<AccessKind> fewer = EnumSet.noneOf(AccessKind.class);
                            fewer.addAll(allowed);
                            if (!allowed.contains(AccessKind.WRITE)) {
                                fewer.remove(AccessKind.EXECUTE);
                            }
                            super.permit(page, fewer);
                        }
                    };
                }),
                intercepts("two-pages-share-their-flags", "API-046", "store to 0x", parts -> {
                    return new LikeIntercepts(parts) {
                        @Override
                        public void permit(long page, Set<AccessKind> allowed) {
                            super.permit(page, allowed);
                            super.permit(page + PageSize.BYTES, allowed);
                        }
                    };
                }),
                intercepts("flags-of-absent-pages-are-forgotten", "API-047", "set while the page was absent", parts -> {
                    return new LikeIntercepts(parts) {
                        @Override
                        public void permit(long page, Set<AccessKind> allowed) {
                            super.permit(page, allowed);
                            if (!parts.getInstance(Host.class).ram().isResident(page)) {
                                super.permit(page, EVERYTHING);
                            }
                        }
                    };
                }),
                interceptor("a-page-that-was-absent-is-free", "API-047", "access WRITE with flags", parts -> {
                    return new LikeInterceptor(parts) {
                        @Override
                        public boolean absent(VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk) {
                            boolean isIntercepted = super.absent(vcpu, access, page, stage1Walk);
                            if (isIntercepted) {
                                right.permit(page, EVERYTHING);
                            }
                            return isIntercepted;
                        }
                    };
                }));
    }

    private static List<Mutant> overlays() {
        return List.of(
                part(
                        "no-overlay-over-a-forbidden-page",
                        "API-061",
                        "status of Set",
                        OverlayMap.class,
                        parts -> parts.getInstance(StandardOverlayMap.class)),
                part(
                        "flags-go-with-the-overlay",
                        "API-061",
                        "a store to the page of the guest that is there again",
                        OverlayMap.class,
                        parts -> new OverlayMap() {
                            private final AccessFlags right = parts.getInstance(AccessFlags.class);

                            @Override
                            public boolean show(long page, Frame frame) {
                                return right.show(page, frame);
                            }

                            @Override
                            public void hide(long page, Frame frame) {
                                right.hide(page, frame);
                                parts.getInstance(Host.class).stage2().permit(page, Stage2.ALL);
                            }

                            @Override
                            public boolean isShown(long page, Frame frame) {
                                return right.isShown(page, frame);
                            }
                        }));
    }
}
