/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import io.faultline.api.pagefault.Veto;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.pagefault.FaultContext;
import io.faultline.backend.core.pagefault.GuestReply;
import io.faultline.backend.core.pagefault.NotPresentRoute;
import io.faultline.backend.core.pagefault.PageFaultControl;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.core.pagefault.ReadyRoute;
import io.faultline.backend.core.pagefault.TokenSource;
import io.faultline.backend.core.pagefault.VetoRule;
import io.faultline.backend.kvm.pagefault.ApfCall;
import io.faultline.backend.kvm.pagefault.ApfFunction;
import io.faultline.backend.kvm.pagefault.ApfMachine;
import io.faultline.backend.kvm.pagefault.ApfReply;
import io.faultline.backend.kvm.pagefault.AreaAccess;
import io.faultline.backend.kvm.pagefault.PageFaultDecoration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import java.util.function.LongPredicate;
import java.util.function.UnaryOperator;

/** Wraps one part of the KVM-style page faults, so that a mutant overrides the one method that is wrong. */
final class PageFaultParts {
    private PageFaultParts() {}

    private static Mutant mutant(String id, String rule, String words, PageFaultDecoration bug) {
        return KvmMutant.part(id, rule, words, PageFaultDecoration.class, bug);
    }

    static Mutant policy(String id, String rule, String words, UnaryOperator<Policy.Builder> bug) {
        return mutant(id, rule, words, new PageFaultDecoration() {
            @Override
            public Policy policy(Policy right) {
                return bug.apply(copy(right)).build();
            }
        });
    }

    static Mutant tokens(
            String id, String rule, String words, BiFunction<FaultContext, OptionalLong, OptionalLong> bug) {
        return mutant(id, rule, words, new PageFaultDecoration() {
            @Override
            public TokenSource tokens(TokenSource right, ApfMachine machine) {
                return new Tokens(right, bug);
            }
        });
    }

    static Mutant withoutVeto(String id, String rule, String words, Veto forgotten) {
        return mutant(id, rule, words, new PageFaultDecoration() {
            @Override
            public VetoRule rule(Veto veto, VetoRule right, ApfMachine machine) {
                return veto == forgotten ? fault -> Optional.empty() : right;
            }
        });
    }

    static Mutant notPresent(String id, String rule, String words, UnaryOperator<NotPresentRoute> bug) {
        return mutant(id, rule, words, new PageFaultDecoration() {
            @Override
            public NotPresentRoute notPresent(NotPresentRoute right, ApfMachine machine) {
                return bug.apply(right);
            }
        });
    }

    static Mutant ready(String id, String rule, String words, UnaryOperator<ReadyRoute> bug) {
        return mutant(id, rule, words, new PageFaultDecoration() {
            @Override
            public ReadyRoute ready(ReadyRoute right, ApfMachine machine) {
                return bug.apply(right);
            }
        });
    }

    static Mutant control(String id, String rule, String words, UnaryOperator<PageFaultControl> bug) {
        return mutant(id, rule, words, new PageFaultDecoration() {
            @Override
            public PageFaultControl control(PageFaultControl right, ApfMachine machine) {
                return bug.apply(right);
            }
        });
    }

    static Mutant area(String id, String rule, String words, UnaryOperator<AreaAccess> bug) {
        return mutant(id, rule, words, new PageFaultDecoration() {
            @Override
            public AreaAccess area(AreaAccess right, ApfMachine machine) {
                return bug.apply(right);
            }
        });
    }

    /** Arguments of a call. */
    record Arguments(int vcpu, long second, long third) {}

    static Mutant call(
            String id, String rule, String words, ApfFunction wrong, BiFunction<Arguments, ApfCall, ApfReply> bug) {
        return mutant(id, rule, words, new PageFaultDecoration() {
            @Override
            public ApfCall call(ApfFunction function, ApfCall right, ApfMachine machine) {
                return function == wrong
                        ? (vcpu, second, third) -> bug.apply(new Arguments(vcpu, second, third), right)
                        : right;
            }
        });
    }

    static Policy.Builder copy(Policy policy) {
        return Policy.builder()
                .tokenOwner(policy.tokenOwner())
                .timing(policy.timing())
                .slots(policy.slots())
                .decline(policy.decline())
                .undeliverable(policy.undeliverable())
                .readyScope(policy.readyScope())
                .readyCapacity(policy.readyCapacity())
                .acknowledgement(policy.acknowledgement())
                .afterRestore(policy.afterRestore())
                .hiddenCompletion(policy.hiddenCompletion())
                .disableEffect(policy.disableEffect())
                .enableAgain(policy.enableAgain())
                .readyMasking(policy.readyMasking())
                .earlyArrival(policy.earlyArrival())
                .repeatedFaults(policy.repeatedFaults())
                .supervisorFaults(policy.supervisorFaults())
                .wakeAllOnEnable(policy.wakeAllOnEnable())
                .limit(policy.limit())
                .failureLimit(policy.failureLimit());
    }

    /** A right source of tokens whose results a bug changes. */
    record Tokens(TokenSource right, BiFunction<FaultContext, OptionalLong, OptionalLong> bug) implements TokenSource {
        @Override
        public OptionalLong next(FaultContext fault, LongPredicate inUse) {
            return bug.apply(fault, right.next(fault, inUse));
        }

        @Override
        public String stateName() {
            return right.stateName();
        }

        @Override
        public void reset() {
            right.reset();
        }

        @Override
        public void save(StateWriter writer) {
            right.save(writer);
        }

        @Override
        public void restore(StateReader reader) {
            right.restore(reader);
        }
    }

    /** A right route for not-present. */
    static class Route implements NotPresentRoute {
        private final NotPresentRoute right;

        Route(NotPresentRoute right) {
            this.right = right;
        }

        @Override
        public Optional<Veto> obstacle(FaultContext fault) {
            return right.obstacle(fault);
        }

        @Override
        public boolean isSlotFree(int vcpu) {
            return right.isSlotFree(vcpu);
        }

        @Override
        public boolean deliver(FaultContext fault, long token) {
            return right.deliver(fault, token);
        }

        @Override
        public boolean withdraw(int vcpu, long token) {
            return right.withdraw(vcpu, token);
        }
    }

    /** A right route for ready. */
    static class Ready implements ReadyRoute {
        private final ReadyRoute right;

        Ready(ReadyRoute right) {
            this.right = right;
        }

        @Override
        public boolean isSlotFree(int vcpu) {
            return right.isSlotFree(vcpu);
        }

        @Override
        public boolean isOpen(int vcpu) {
            return right.isOpen(vcpu);
        }

        @Override
        public boolean show(int vcpu, long token) {
            return right.show(vcpu, token);
        }

        @Override
        public void acknowledged(int vcpu) {
            right.acknowledged(vcpu);
        }

        @Override
        public void cancel(int vcpu) {
            right.cancel(vcpu);
        }

        @Override
        public long wakeAllToken() {
            return right.wakeAllToken();
        }
    }

    /** The right control. */
    static class Control implements PageFaultControl {
        private final PageFaultControl right;

        Control(PageFaultControl right) {
            this.right = right;
        }

        @Override
        public void enable(int vcpu) {
            right.enable(vcpu);
        }

        @Override
        public void disable(int vcpu) {
            right.disable(vcpu);
        }

        @Override
        public boolean isEnabled(int vcpu) {
            return right.isEnabled(vcpu);
        }

        @Override
        public int outstanding(int vcpu) {
            return right.outstanding(vcpu);
        }

        @Override
        public void acknowledge(int vcpu) {
            right.acknowledge(vcpu);
        }

        @Override
        public void consumed(int vcpu) {
            right.consumed(vcpu);
        }

        @Override
        public void answer(int vcpu, long token, GuestReply reply) {
            right.answer(vcpu, token, reply);
        }

        @Override
        public void lost(int vcpu, long token) {
            right.lost(vcpu, token);
        }

        @Override
        public void rescan(int vcpu) {
            right.rescan(vcpu);
        }

        @Override
        public void bringIn(long page) {
            right.bringIn(page);
        }
    }

    /** The right area. */
    static class Area implements AreaAccess {
        private final AreaAccess right;

        Area(AreaAccess right) {
            this.right = right;
        }

        @Override
        public boolean isUsable(long address) {
            return right.isUsable(address);
        }

        @Override
        public boolean isPresent(int vcpu) {
            return right.isPresent(vcpu);
        }

        @Override
        public boolean isFree(int vcpu) {
            return right.isFree(vcpu);
        }

        @Override
        public void write(int vcpu, int reason, long token) {
            right.write(vcpu, reason, token);
        }

        @Override
        public void withdraw(int vcpu, int reason, long token) {
            right.withdraw(vcpu, reason, token);
        }
    }
}
