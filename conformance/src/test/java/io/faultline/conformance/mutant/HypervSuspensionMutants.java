/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static io.faultline.conformance.mutant.HypervInterceptParts.interceptor;
import static io.faultline.conformance.mutant.HypervInterceptParts.intercepts;
import static io.faultline.conformance.mutant.HypervMutant.binding;
import static io.faultline.conformance.mutant.HypervMutant.module;
import static io.faultline.conformance.mutant.HypervMutant.state;
import static io.faultline.conformance.mutant.HypervMutant.states;

import com.google.inject.Injector;
import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.ExceptionClass;
import io.faultline.api.arm64.PageSize;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.intercept.MemoryIntercepts;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.state.StateReader;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.hyperv.intercept.AccessFlags;
import io.faultline.backend.hyperv.intercept.Intercepts;
import io.faultline.hwmodel.memory.LittleEndian;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/** Bugs in vCPUs that are suspended for their VMM. */
final class HypervSuspensionMutants {
    private static final int PC_AT = 24;
    private static final int GPA_AT = 64;
    private static final int AN_INSTRUCTION = 4;
    private static final Set<AccessKind> EVERYTHING = EnumSet.allOf(AccessKind.class);

    static final List<Mutant> ALL = all();

    private HypervSuspensionMutants() {}

    private static List<Mutant> all() {
        List<Mutant> all = new ArrayList<>();
        all.addAll(absentPages());
        all.addAll(untilResume());
        all.addAll(severalVcpus());
        all.addAll(saved());
        all.addAll(power());
        all.addAll(calls());
        return List.copyOf(all);
    }

    private static long page(byte[] message) {
        return PageSize.pageOf(LittleEndian.load64(message, GPA_AT));
    }

    private static List<Mutant> absentPages() {
        return List.of(
                interceptor("a-source-that-has-the-page-is-asked", "API-048", "READ to an absent page", parts -> {
                    return new LikeInterceptor(parts) {
                        @Override
                        public boolean absent(VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk) {
                            return access != AccessKind.READ && super.absent(vcpu, access, page, stage1Walk);
                        }
                    };
                }),
                intercepts("resume-skips-the-access", "API-048", "access READ to a page that has come", parts -> {
                    return new LikeIntercepts(parts) {
                        @Override
                        public void resume(int vcpu) {
                            super.resume(vcpu);
                            var pe = parts.getInstance(Host.class).vcpu(vcpu).pe();
                            pe.pc(pe.pc() + AN_INSTRUCTION);
                        }
                    };
                }),
                interceptor("user-tasks-are-told-of-absent-pages", "API-049", "a load at EL0", parts -> {
                    return new LikeInterceptor(parts) {
                        @Override
                        public boolean absent(VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk) {
                            ProcessorState state = new ProcessorState(vcpu.pe().returnState());
                            return state.level().number() > 0 && super.absent(vcpu, access, page, stage1Walk);
                        }
                    };
                }));
    }

    private static List<Mutant> untilResume() {
        return List.of(
                interceptor("an-access-that-is-allowed-goes-on", "API-050", "with the access allowed", parts -> {
                    return new LikeInterceptor(parts) {
                        @Override
                        public Optional<VcpuExit> obstacle(int vcpu) {
                            if (right.isSuspended(vcpu)
                                    && right.permitted(page(right.message(vcpu)))
                                            .equals(EVERYTHING)) {
                                right.resume(vcpu);
                            }
                            return super.obstacle(vcpu);
                        }
                    };
                }),
                interceptor("each-run-makes-the-access-again", "API-050", "exit of a run", parts -> {
                    return new LikeInterceptor(parts) {
                        @Override
                        public Optional<VcpuExit> obstacle(int vcpu) {
                            return Optional.empty();
                        }
                    };
                }),
                intercepts("resume-is-not-remembered", "API-050", "the store after resume", parts -> {
                    return new LikeIntercepts(parts) {
                        @Override
                        public void resume(int vcpu) {
                            right.message(vcpu);
                        }
                    };
                }),
                interceptor("interrupts-are-taken-meanwhile", "API-051", "with an interrupt that is due", parts -> {
                    return new LikeInterceptor(parts) {
                        @Override
                        public Optional<VcpuExit> obstacle(int vcpu) {
                            return host.vcpu(vcpu).pe().isInterruptDue() ? Optional.empty() : super.obstacle(vcpu);
                        }
                    };
                }),
                intercepts("resume-allows-the-access", "API-052", "after resume number 1", parts -> {
                    return new LikeIntercepts(parts) {
                        @Override
                        public void resume(int vcpu) {
                            long page = page(right.message(vcpu));
                            super.resume(vcpu);
                            right.permit(page, EVERYTHING);
                        }
                    };
                }),
                intercepts("resume-goes-back-to-the-access", "API-056", "registers after", parts -> {
                    return new LikeIntercepts(parts) {
                        @Override
                        public void resume(int vcpu) {
                            long pc = LittleEndian.load64(right.message(vcpu), PC_AT);
                            super.resume(vcpu);
                            parts.getInstance(Host.class).vcpu(vcpu).pe().pc(pc);
                        }
                    };
                }));
    }

    private static List<Mutant> severalVcpus() {
        return List.of(
                intercepts("one-buffer-for-all-vcpus", "API-053", "its own when vCPU 1 is suspended", parts -> {
                    return new LikeIntercepts(parts) {
                        @Override
                        public byte[] message(int vcpu) {
                            int last = parts.getInstance(Host.class).vcpuCount() - 1;
                            boolean isOther = super.isSuspended(vcpu) && super.isSuspended(last);
                            return super.message(isOther ? last : vcpu);
                        }
                    };
                }),
                interceptor("one-suspension-stops-all-vcpus", "API-053", "an instruction of vCPU 1", parts -> {
                    return new LikeInterceptor(parts) {
                        @Override
                        public Optional<VcpuExit> obstacle(int vcpu) {
                            return right.obstacle(0).or(() -> right.obstacle(vcpu));
                        }
                    };
                }),
                intercepts("resume-is-for-all-vcpus", "API-053", "vCPU 1 is suspended after resume", parts -> {
                    return new LikeIntercepts(parts) {
                        @Override
                        public void resume(int vcpu) {
                            super.resume(vcpu);
                            for (int i = 0; i < parts.getInstance(Host.class).vcpuCount(); i++) {
                                if (isSuspended(i)) {
                                    super.resume(i);
                                }
                            }
                        }
                    };
                }));
    }

    /** A bug behind a restore. */
    private static com.google.inject.Module restored(BiConsumer<Injector, Intercepts> bug) {
        return states("intercepts", (parts, right) -> new LikePart(right) {
            @Override
            public void restore(StateReader reader) {
                super.restore(reader);
                bug.accept(parts, parts.getInstance(Intercepts.class));
            }
        });
    }

    private static List<Mutant> saved() {
        return List.of(
                module(
                        "flags-are-not-restored",
                        "API-058",
                        "what is allowed in a fresh machine",
                        restored((parts, intercepts) ->
                                parts.getInstance(AccessFlags.class).reset())),
                module(
                        "suspensions-are-not-restored",
                        "API-058",
                        "suspended in a fresh machine",
                        restored((parts, intercepts) -> {
                            if (intercepts.isSuspended(0)) {
                                intercepts.resume(0);
                            }
                        })),
                module(
                        "restored-messages-are-empty",
                        "API-058",
                        "the message in a fresh machine",
                        restored((parts, intercepts) -> parts.getInstance(HypervNotes.class).isBusy = true),
                        binding(MemoryIntercepts.class, parts -> new LikeIntercepts(parts) {
                            @Override
                            public byte[] message(int vcpu) {
                                byte[] message = super.message(vcpu);
                                return parts.getInstance(HypervNotes.class).isBusy ? new byte[message.length] : message;
                            }
                        })));
    }

    private static List<Mutant> power() {
        return List.of(
                state(
                        "reset-keeps-a-vcpu-suspended",
                        "API-059",
                        "that was reset, is not suspended",
                        "intercepts",
                        (parts, right) -> new LikePart(right) {
                            @Override
                            public void resetVcpu(int vcpu) {}
                        }),
                state(
                        "a-vcpu-is-off-and-suspended",
                        "API-059",
                        "that was turned off, is not suspended",
                        "intercepts",
                        (parts, right) -> new LikePart(right) {
                            @Override
                            public void turnedOff(int vcpu) {}
                        }));
    }

    private static List<Mutant> calls() {
        return List.of(interceptor("an-intercepted-call-is-over", "API-060", "PC of a call", parts -> {
            return new LikeInterceptor(parts) {
                @Override
                public boolean absent(VirtualProcessor vcpu, AccessKind access, long page, boolean stage1Walk) {
                    boolean isIntercepted = super.absent(vcpu, access, page, stage1Walk);
                    boolean isCall = vcpu.pe().trapSyndrome().classCode() == ExceptionClass.HVC64.code();
                    if (isCall && isIntercepted) {
                        vcpu.pe().returnAddress(vcpu.pe().returnAddress() + AN_INSTRUCTION);
                    }
                    return isIntercepted;
                }
            };
        }));
    }
}
