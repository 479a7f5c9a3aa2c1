/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Module;
import com.google.inject.util.Modules;
import io.faultline.api.sdei.Sdei;
import io.faultline.api.sdei.SdeiEventType;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.api.sdei.SdeiPriority;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.BackendDescriptor;
import io.faultline.api.state.SavedState;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.api.trace.TraceEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** A dispatcher with processing elements that are nothing but registers, driven call by call. */
final class Bench implements ClientMachine {
    /** Private and normal, as the event of asynchronous page faults. */
    static final int PRIVATE = 0x4040_0001;
    /** Private and critical. */
    static final int PRIVATE_CRITICAL = 0x4040_0002;
    /** Shared and normal. */
    static final int SHARED = 0x100;
    /** Shared and critical. */
    static final int SHARED_CRITICAL = 0x101;
    /** Another private and normal one. */
    static final int OTHER = 0x4040_0003;
    /** No event at all. */
    static final int UNKNOWN = 0x1_0000;

    static final long ENTRY = 0xFFFF_8000_0001_0000L;

    static final List<EventDefinition> EVENTS = List.of(
            new EventDefinition(PRIVATE, SdeiEventType.PRIVATE, SdeiPriority.NORMAL),
            new EventDefinition(PRIVATE_CRITICAL, SdeiEventType.PRIVATE, SdeiPriority.CRITICAL),
            new EventDefinition(OTHER, SdeiEventType.PRIVATE, SdeiPriority.NORMAL),
            new EventDefinition(SHARED, SdeiEventType.SHARED, SdeiPriority.NORMAL),
            new EventDefinition(SHARED_CRITICAL, SdeiEventType.SHARED, SdeiPriority.CRITICAL));

    final List<FakePe> pes = new ArrayList<>();
    final List<TraceEvent> trace = new ArrayList<>();
    final SdeiDispatcher dispatcher;
    boolean tracing;

    Bench(int processors, Map<String, String> settings, Module... overrides) {
        this(processors, EVENTS, settings, overrides);
    }

    Bench(int processors, List<EventDefinition> events, Map<String, String> settings, Module... overrides) {
        for (int i = 0; i < processors; i++) {
            pes.add(new FakePe(i));
        }
        Injector injector = Guice.createInjector(
                Modules.override(new SdeiModule(policy(settings))).with(overrides));
        dispatcher = injector.getInstance(SdeiDispatchers.class).create(this, events);
    }

    static Bench withDefaults(int processors) {
        return new Bench(processors, Map.of());
    }

    static SdeiPolicy policy(Map<String, String> settings) {
        BackendDescriptor descriptor =
                new BackendDescriptor("test", "test", "test", "1", List.copyOf(SdeiPolicy.settings()));
        return SdeiPolicy.of(BackendConfiguration.of(descriptor, settings));
    }

    /** Executes one call as HVC or SMC does: PC is that of the next instruction when the dispatcher sees it. */
    long call(int pe, SdeiFunction function, long... arguments) {
        return callNumber(pe, function.id(), arguments);
    }

    long callNumber(int pe, int function, long... arguments) {
        FakePe cpu = pes.get(pe);
        cpu.x[0] = function & 0xFFFF_FFFFL;
        System.arraycopy(arguments, 0, cpu.x, 1, arguments.length);
        cpu.pc += 4;
        dispatcher.call(pe, function);
        return cpu.x[0];
    }

    /** What a PE does before its next instruction: nothing, unless it was asked for attention. */
    boolean boundary(int pe) {
        FakePe cpu = pes.get(pe);
        boolean asked = cpu.attention;
        cpu.attention = false;
        return asked && cpu.on && dispatcher.attention(pe);
    }

    long register(int pe, int event) {
        return register(pe, event, ENTRY, 0);
    }

    long register(int pe, int event, long entry, long argument) {
        return call(pe, SdeiFunction.EVENT_REGISTER, event, entry, argument, 0, 0);
    }

    long enable(int pe, int event) {
        return call(pe, SdeiFunction.EVENT_ENABLE, event);
    }

    long disable(int pe, int event) {
        return call(pe, SdeiFunction.EVENT_DISABLE, event);
    }

    long unregister(int pe, int event) {
        return call(pe, SdeiFunction.EVENT_UNREGISTER, event);
    }

    long status(int pe, int event) {
        return call(pe, SdeiFunction.EVENT_STATUS, event);
    }

    long complete(int pe) {
        return call(pe, SdeiFunction.EVENT_COMPLETE, Sdei.HANDLED);
    }

    long resume(int pe, long address) {
        return call(pe, SdeiFunction.EVENT_COMPLETE_AND_RESUME, address);
    }

    long mask(int pe) {
        return call(pe, SdeiFunction.PE_MASK);
    }

    long unmask(int pe) {
        return call(pe, SdeiFunction.PE_UNMASK);
    }

    long signal(int pe, int target) {
        return call(pe, SdeiFunction.EVENT_SIGNAL, 0, pes.get(target).affinity());
    }

    /** Registers and enables an event, and unmasks the PE. */
    void arm(int pe, int event) {
        register(pe, event);
        enable(pe, event);
        unmask(pe);
    }

    /** Raises an event from outside, as a VMM does. */
    io.faultline.api.notification.DeliveryOutcome inject(int pe, int event) {
        return dispatcher.injection().inject(pe, event);
    }

    /** Brings an event that nobody uses into one of its six states, seen from an unmasked PE; masks it if it runs. */
    void bring(int pe, int event, int state) {
        if (state == 0) {
            return;
        }
        register(pe, event);
        if (state == 1) {
            return;
        }
        enable(pe, event);
        if (state == 3) {
            return;
        }
        unmask(pe);
        inject(pe, event);
        if (!boundary(pe)) {
            throw new AssertionError("event " + event + " was not dispatched");
        }
        if (state == 5) {
            disable(pe, event);
        } else if (state == 4) {
            unregister(pe, event);
        }
    }

    EventInstance instance(int pe, int event) {
        return dispatcher.state().find(dispatcher.state().processor(pe), event).orElseThrow();
    }

    int running(int pe) {
        PeState state = dispatcher.state().processor(pe);
        return state.depth() == 0 ? -1 : state.innermost().event().definition().number();
    }

    SavedState save() {
        StateWriter writer = new StateWriter();
        writer.element(dispatcher);
        return new SavedState("test", 1, writer.values());
    }

    void restore(SavedState state) {
        StateReader reader = state.reader();
        reader.element(dispatcher);
        reader.finish();
    }

    @Override
    public int processors() {
        return pes.size();
    }

    @Override
    public ClientPe processor(int index) {
        return pes.get(index);
    }

    @Override
    public OptionalInt find(long affinity) {
        return pes.stream()
                .filter(pe -> pe.affinity() == affinity)
                .mapToInt(FakePe::index)
                .findFirst();
    }

    @Override
    public boolean tracing() {
        return tracing;
    }

    @Override
    public void trace(TraceEvent event) {
        trace.add(event);
    }
}
