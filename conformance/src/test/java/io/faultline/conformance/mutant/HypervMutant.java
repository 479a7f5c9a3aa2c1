/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import com.google.inject.AbstractModule;
import com.google.inject.Injector;
import com.google.inject.Module;
import com.google.inject.Provider;
import com.google.inject.Scopes;
import com.google.inject.util.Modules;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.hyperv.HypervBackendProvider;
import io.faultline.backend.hyperv.HypervBackends;
import io.faultline.backend.hyperv.hypercall.Call;
import io.faultline.backend.hyperv.hypercall.CallShape;
import io.faultline.backend.hyperv.hypercall.Hypercall;
import io.faultline.backend.hyperv.hypercall.HypercallDecoration;
import io.faultline.backend.hyperv.part.PartDecoration;
import io.faultline.backend.hyperv.part.PartitionPart;
import io.faultline.backend.hyperv.partition.GuestCalls;
import io.faultline.backend.hyperv.register.RegisterDecoration;
import io.faultline.backend.hyperv.register.RegisterGroup;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Ways to put one bug into the Hyper-V-style backend: by replacing one collaborator of a machine, and nothing else. */
final class HypervMutant {
    static final int SPIN_WAIT = 0x08;
    static final int PARTITION_ID = 0x46;
    static final int GET = 0x50;
    static final int SET = 0x51;
    static final int POST = 0x5C;
    static final int SIGNAL = 0x5D;

    /** Mutants that are about a partition that is not made by default. */
    private static final Map<String, String> SETTINGS = Map.of(
            "signals-need-no-privilege", "hyperv.privileges=0x000a00100000027f",
            "timers-that-are-absent-can-be-read", "hyperv.synthetic-timers=absent");

    private HypervMutant() {}

    /** A hypercall with a bug. */
    @FunctionalInterface
    interface Bug {
        /**
         * Carries the call out wrongly.
         *
         * @param parts the parts of the machine
         * @param call the parameters
         * @param right the call as it should be
         */
        int execute(Injector parts, Call call, Hypercall right);
    }

    /** What goes wrong around a hypercall. */
    @FunctionalInterface
    interface Around {
        /**
         * Carries the call out wrongly.
         *
         * @param parts the parts of the machine
         * @param registers the guest's registers
         * @param right carries it out as it should be
         */
        void call(Injector parts, CallRegisters registers, Runnable right);
    }

    /** Replaces one thing by another one that knows the parts of its machine. */
    private abstract static class Knowing {
        @Inject
        Injector parts;
    }

    private static final class Calls extends Knowing implements HypercallDecoration {
        private final int code;
        private final UnaryOperator<CallShape> shape;
        private final Bug bug;

        Calls(int code, UnaryOperator<CallShape> shape, Bug bug) {
            this.code = code;
            this.shape = shape;
            this.bug = bug;
        }

        @Override
        public Hypercall decorate(Hypercall call) {
            if (call.shape().code() != code) {
                return call;
            }
            CallShape changed = shape.apply(call.shape());
            return new Hypercall() {
                @Override
                public CallShape shape() {
                    return changed;
                }

                @Override
                public int execute(Call parameters) {
                    return bug.execute(parts, parameters, call);
                }
            };
        }
    }

    private static final class Groups extends Knowing implements RegisterDecoration {
        private final int name;
        private final BiFunction<Injector, RegisterGroup, RegisterGroup> bug;

        Groups(int name, BiFunction<Injector, RegisterGroup, RegisterGroup> bug) {
            this.name = name;
            this.bug = bug;
        }

        @Override
        public RegisterGroup decorate(RegisterGroup group) {
            boolean isNamed = group.ranges().stream().anyMatch(range -> range.first() <= name && name <= range.last());
            return isNamed ? bug.apply(parts, group) : group;
        }
    }

    private static final class Parts extends Knowing implements PartDecoration {
        private final String name;
        private final BiFunction<Injector, PartitionPart, PartitionPart> bug;

        Parts(String name, BiFunction<Injector, PartitionPart, PartitionPart> bug) {
            this.name = name;
            this.bug = bug;
        }

        @Override
        public PartitionPart decorate(PartitionPart part) {
            return part.stateName().equals(name) ? bug.apply(parts, part) : part;
        }
    }

    /** Makes one part with access to the others. */
    private static final class Maker<T> implements Provider<T> {
        private final Function<Injector, T> maker;

        @Inject
        private Injector parts;

        Maker(Function<Injector, T> maker) {
            this.maker = maker;
        }

        @Override
        public T get() {
            return maker.apply(parts);
        }
    }

    /** A module that makes a new instance for each machine, as it knows the machine's parts. */
    private static <T> Module instance(Class<T> type, java.util.function.Supplier<? extends T> maker) {
        return new AbstractModule() {
            @Override
            protected void configure() {
                T instance = maker.get();
                requestInjection(instance);
                bind(type).toInstance(instance);
            }
        };
    }

    /** A bug in one hypercall. */
    static Mutant call(String id, String rule, String words, int code, Bug bug) {
        return module(id, rule, words, calling(code, bug));
    }

    /** The override of {@link #call}. */
    static Module calling(int code, Bug bug) {
        return instance(HypercallDecoration.class, () -> new Calls(code, UnaryOperator.identity(), bug));
    }

    /** A hypercall with the wrong demands. */
    static Mutant shape(String id, String rule, String words, int code, UnaryOperator<CallShape> shape) {
        return module(
                id,
                rule,
                words,
                instance(
                        HypercallDecoration.class,
                        () -> new Calls(code, shape, (parts, call, right) -> right.execute(call))));
    }

    /** A hypercall that tells another status. */
    static Mutant status(String id, String rule, String words, int code, int right, int wrong) {
        return call(id, rule, words, code, (parts, call, hypercall) -> {
            int status = hypercall.execute(call);
            return status == right ? wrong : status;
        });
    }

    /** A bug in what is around all hypercalls: conventions, control words, results. */
    static Mutant around(String id, String rule, String words, Around bug) {
        return part(id, rule, words, GuestCalls.class, parts -> new LikeGuestCalls(parts) {
            @Override
            void hypercall(VirtualProcessor vcpu, boolean isOld) {
                bug.call(parts, new CallRegisters(vcpu, isOld), () -> right(vcpu, isOld));
            }
        });
    }

    /** A bug in the group of registers to which one belongs. */
    static Mutant register(
            String id, String rule, String words, int name, BiFunction<Injector, RegisterGroup, RegisterGroup> bug) {
        return module(id, rule, words, registers(name, bug));
    }

    /** The override of {@link #register}. */
    static Module registers(int name, BiFunction<Injector, RegisterGroup, RegisterGroup> bug) {
        return instance(RegisterDecoration.class, () -> new Groups(name, bug));
    }

    /** A bug in a part that has state. */
    static Mutant state(
            String id, String rule, String words, String name, BiFunction<Injector, PartitionPart, PartitionPart> bug) {
        return module(id, rule, words, states(name, bug));
    }

    /** The override of {@link #state}. */
    static Module states(String name, BiFunction<Injector, PartitionPart, PartitionPart> bug) {
        return instance(PartDecoration.class, () -> new Parts(name, bug));
    }

    /** A bug whose second half comes some instructions of the guest later. */
    static <T> Mutant late(String id, String rule, String words, Class<T> type, Function<Injector, T> maker) {
        return module(id, rule, words, Modules.combine(Later.module(), binding(type, maker)));
    }

    /** A replaced collaborator. */
    static <T> Mutant part(String id, String rule, String words, Class<T> type, Function<Injector, T> maker) {
        return module(id, rule, words, binding(type, maker));
    }

    /** The override of {@link #part}. */
    static <T> Module binding(Class<T> type, Function<Injector, T> maker) {
        return new AbstractModule() {
            @Override
            protected void configure() {
                bind(type).toProvider(new Maker<>(maker)).in(Scopes.SINGLETON);
            }
        };
    }

    /** Any override. */
    static Mutant module(String id, String rule, String words, Module... overrides) {
        BackendConfiguration configuration =
                BackendConfiguration.parse(new HypervBackendProvider().descriptor(), SETTINGS.getOrDefault(id, ""));
        return new Mutant(
                id,
                id.replace('-', ' '),
                rule,
                words,
                Set.copyOf(Collateral.of(id)),
                () -> HypervBackends.open(configuration, overrides));
    }
}
