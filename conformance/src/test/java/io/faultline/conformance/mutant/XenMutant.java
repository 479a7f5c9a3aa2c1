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
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.backend.xen.XenBackendProvider;
import io.faultline.backend.xen.XenBackends;
import io.faultline.backend.xen.event.EventChannelOps;
import io.faultline.backend.xen.hypercall.Caller;
import io.faultline.backend.xen.hypercall.Hypercall;
import io.faultline.backend.xen.hypercall.HypercallDecoration;
import jakarta.inject.Inject;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.LongUnaryOperator;

/** Ways to put one bug into the Xen-style backend: by replacing one collaborator of a machine, and nothing else. */
final class XenMutant {
    static final int MEMORY_OP = 12;
    static final int MULTICALL = 13;
    static final int XEN_VERSION = 17;
    static final int VM_ASSIST = 21;
    static final int VCPU_OP = 24;
    static final int SCHED_OP = 29;
    static final int EVENT_CHANNEL_OP = 32;
    static final int HVM_OP = 34;

    /** Rules that concern only domains with many ports. */
    private static final Set<String> MANY_PORTS = Set.of("XEN-107", "XEN-151", "XEN-152", "XEN-153");

    private XenMutant() {}

    /** A call with a bug. */
    @FunctionalInterface
    interface Bug {
        /**
         * Carries the call out wrongly.
         *
         * @param parts the parts of the machine
         * @param caller the caller
         * @param call the call as it should be
         */
        long call(Injector parts, Caller caller, Hypercall call);
    }

    /** What calls are replaced by, with access to the parts of the machine. */
    private static final class Decoration implements HypercallDecoration {
        private final IntPredicate numbers;
        private final Bug bug;

        @Inject
        private Injector parts;

        Decoration(IntPredicate numbers, Bug bug) {
            this.numbers = numbers;
            this.bug = bug;
        }

        @Override
        public Hypercall decorate(int number, Hypercall call) {
            return numbers.test(number) ? caller -> bug.call(parts, caller, call) : call;
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

    /** A bug in the calls with some numbers. */
    static Mutant calls(String id, String rule, String words, IntPredicate numbers, Bug bug) {
        return module(id, rule, words, decoration(numbers, bug));
    }

    /** The override of {@link #calls}. */
    static Module decoration(IntPredicate numbers, Bug bug) {
        return new AbstractModule() {
            @Override
            protected void configure() {
                // Each machine has a decoration of its own, as it knows the machine's parts.
                Decoration decoration = new Decoration(numbers, bug);
                requestInjection(decoration);
                bind(HypercallDecoration.class).toInstance(decoration);
            }
        };
    }

    /** A bug in one hypercall. */
    static Mutant hypercall(String id, String rule, String words, int number, Bug bug) {
        return calls(id, rule, words, candidate -> candidate == number, bug);
    }

    /** A bug in one command of a hypercall. */
    static Mutant command(String id, String rule, String words, int number, int command, Bug bug) {
        return hypercall(
                id,
                rule,
                words,
                number,
                (parts, caller, call) -> caller.word(0) == command ? bug.call(parts, caller, call) : call.call(caller));
    }

    /** A command of a hypercall whose result is wrong. */
    static Mutant result(String id, String rule, String words, int number, int command, LongUnaryOperator bug) {
        return command(id, rule, words, number, command, (parts, caller, call) -> bug.applyAsLong(call.call(caller)));
    }

    /** A bug in one command of {@link EventChannelOps}. */
    static Mutant event(String id, String rule, String words, int command, Bug bug) {
        return command(id, rule, words, EVENT_CHANNEL_OP, command, bug);
    }

    /** Calls that see another caller than there is; lists of calls excepted. */
    static Mutant caller(String id, String rule, String words, Function<Caller, Caller> bug) {
        return calls(
                id, rule, words, number -> number != MULTICALL, (parts, caller, call) -> call.call(bug.apply(caller)));
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
    static Mutant module(String id, String rule, String words, Module override) {
        BackendConfiguration configuration =
                BackendConfiguration.parse(new XenBackendProvider().descriptor(), settings(rule));
        return new Mutant(
                id,
                id.replace('-', ' '),
                rule,
                words,
                Set.copyOf(Collateral.of(id)),
                () -> XenBackends.open(configuration, override));
    }

    private static String settings(String rule) {
        if (MANY_PORTS.contains(rule)) {
            return "xen.max-ports=8191";
        }
        return rule.equals("XEN-077") ? "xen.xen-owned-ports=2" : "";
    }
}
